//go:build linux

// Command compare compares the speed of training steps, fine-tuning, classification and text generation with PyTorch.
// It alternates between the two programs, and only one runs at a time. It prints the median speed of
// each, its share of the machine's limit, their ratio, and the largest peak of memory.
//
//	go run ./bench/compare
//	go run ./bench/compare -configs gpt1/B1,gpt1/B8 -pairs 3 -avx2
//	go run ./bench/compare -configs gpt1/B1,tiny/B16 -scaling
//
// The limit is measured between the runs: multiply-adds on registers for training and classification, reading memory for
// generation. PyTorch comes from Debian's python3-torch, with libopenblas0-pthread.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"github.com/pkg/errors"
)

// settings are those of the command line.
type settings struct {
	configs       string
	pairs, steps  int
	threads       int
	scaling       bool
	avx2, anyBLAS bool
	python        string
}

func main() {
	var s settings
	flag.StringVar(&s.configs, "configs", defaults, "what to compare, separated by commas: PRESET/BN a training step of N sequences; finetune/PRESET/BN; classify/PRESET/TN texts of N tokens; generate/PRESET/BN[/float32|/bfloat16|/int8]; each with @N after it for N cores")
	flag.IntVar(&s.pairs, "pairs", 5, "runs of each program")
	flag.IntVar(&s.steps, "steps", 5, "steps per run, after two that do not count")
	flag.IntVar(&s.threads, "threads", runtime.NumCPU(), "cores for each program")
	flag.BoolVar(&s.scaling, "scaling", false, "measure each configuration without @N on 1, 2, 4, … cores, up to -threads")
	flag.BoolVar(&s.avx2, "avx2", false, "limit both programs to AVX2")
	flag.StringVar(&s.python, "python", "/usr/bin/python3", "the Python that has torch")
	flag.BoolVar(&s.anyBLAS, "any-blas", false, "compare although PyTorch has a slow or unknown BLAS")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := compare(ctx, s); err != nil {
		fmt.Fprintln(os.Stderr, "compare:", err)
		os.Exit(1)
	}
}

func compare(ctx context.Context, s settings) error {
	if s.pairs < 1 || s.steps < 1 || s.threads < 1 {
		return errors.New("-pairs, -steps and -threads must be at least 1")
	}
	var configs []config
	for _, name := range names(s) {
		c, err := parseConfig(name)
		if err != nil {
			return err
		}
		configs = append(configs, c)
	}
	if load, err := os.ReadFile("/proc/loadavg"); err == nil { // before the work here adds to it
		if warning := loadWarning(string(load)); warning != "" {
			fmt.Fprintln(os.Stderr, "compare:", warning)
		}
	}
	library, err := loadedBLAS(s.python)
	if err != nil {
		return err
	}
	if library.slow && !s.anyBLAS {
		return errors.Errorf("PyTorch multiplies with %s, which may be 20 times slower than it could be: install a fast one (apt-get install libopenblas0-pthread), or compare all the same with -any-blas", library.name)
	}
	root, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}").Output()
	if err != nil {
		return errors.Wrap(err, "finding the module")
	}
	folder := filepath.Join(strings.TrimSpace(string(root)), "bench")
	temp, err := os.MkdirTemp("", "compare")
	if err != nil {
		return errors.Wrap(err, "compare")
	}
	defer os.RemoveAll(temp)
	binary := filepath.Join(temp, "bench.test")
	if out, err := exec.Command("go", "test", "-c", "-o", binary, folder).CombinedOutput(); err != nil {
		return errors.Errorf("building the benchmark: %v\n%s", err, out)
	}

	fmt.Printf("PyTorch multiplies with %s\n", library.name)
	t := table{env: environment(s.avx2), binary: binary, sides: []side{goSide(binary, s.steps), torchSide(s.python, filepath.Join(folder, "torch_gpt1.py"), s.steps)}}
	t.header()
	for _, c := range configs {
		if c.cores == 0 {
			c.cores = s.threads
		}
		if err := t.row(ctx, c, s.pairs); err != nil {
			return err
		}
	}
	return nil
}

// names returns the names of the configurations, with -scaling those without a number of cores for 1, 2, 4, … cores.
func names(s settings) []string {
	all := strings.Split(s.configs, ",")
	if !s.scaling {
		return all
	}
	var scaled []string
	add := func(name string) {
		if !slices.Contains(scaled, name) {
			scaled = append(scaled, name)
		}
	}
	for _, name := range all {
		if strings.Contains(name, "@") {
			add(name)
			continue
		}
		for cores := 1; cores < s.threads; cores *= 2 {
			add(fmt.Sprintf("%s@%d", name, cores))
		}
		add(fmt.Sprintf("%s@%d", name, s.threads))
	}
	return scaled
}

// environment returns the environment of both programs. OpenBLAS detects the processor unless both
// are limited to AVX2.
func environment(avx2 bool) []string {
	env := slices.DeleteFunc(os.Environ(), func(s string) bool {
		name, _, _ := strings.Cut(s, "=")
		return name == "OPENBLAS_CORETYPE" || name == "OPENBLAS_L2_SIZE" || avx2 && name == "GORGPT_CPU"
	})
	if avx2 {
		env = append(env, "GORGPT_CPU=avx2", "OPENBLAS_CORETYPE=Haswell")
	}
	return env
}
