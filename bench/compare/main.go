//go:build linux

// Command compare compares the speed of training steps and text generation with PyTorch. It
// alternates between the two programs, and only one runs at a time. It prints the median speed of
// each, their ratio, and the largest peak of memory.
//
//	go run ./bench/compare
//	go run ./bench/compare -configs gpt1/B1,gpt1/B8 -pairs 3 -avx2
//
// PyTorch comes from Debian's python3-torch.
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

func main() {
	configs := flag.String("configs", "gpt1/B1,gpt1/B4,mini/B8,tiny/B16,finetune/gpt1/B32,generate/gpt1/B1,generate/gpt1/B8", "sub-benchmarks of BenchmarkStep, of BenchmarkFinetune after finetune/, and of BenchmarkGenerate after generate/, separated by commas")
	pairs := flag.Int("pairs", 5, "runs of each program")
	steps := flag.Int("steps", 5, "steps per run, after two that do not count")
	threads := flag.Int("threads", runtime.NumCPU(), "processors for each program")
	avx2 := flag.Bool("avx2", false, "limit both programs to AVX2")
	python := flag.String("python", "/usr/bin/python3", "the Python that has torch")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := compare(ctx, strings.Split(*configs, ","), *pairs, *steps, *threads, *avx2, *python); err != nil {
		fmt.Fprintln(os.Stderr, "compare:", err)
		os.Exit(1)
	}
}

func compare(ctx context.Context, configs []string, pairs, steps, threads int, avx2 bool, python string) error {
	if pairs < 1 || steps < 1 || threads < 1 {
		return errors.New("-pairs, -steps and -threads must be at least 1")
	}
	root, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}").Output()
	if err != nil {
		return errors.Wrap(err, "finding the module")
	}
	folder := filepath.Join(strings.TrimSpace(string(root)), "bench")
	if out, err := exec.Command(python, "-c", "import torch").CombinedOutput(); err != nil {
		return errors.Errorf("%s cannot import torch (apt-get install python3-torch, or name another Python with -python): %v\n%s", python, err, out)
	}
	temp, err := os.MkdirTemp("", "compare")
	if err != nil {
		return errors.Wrap(err, "compare")
	}
	defer os.RemoveAll(temp)
	binary := filepath.Join(temp, "bench.test")
	if out, err := exec.Command("go", "test", "-c", "-o", binary, folder).CombinedOutput(); err != nil {
		return errors.Errorf("building the benchmark: %v\n%s", err, out)
	}

	sides := []side{
		{name: "gorgpt", command: goCommand(binary, steps, threads), speed: goSpeed},
		{name: "PyTorch", command: torchCommand(python, filepath.Join(folder, "torch_gpt1.py"), steps, threads), speed: torchSpeed},
	}
	env := environment(avx2)
	warnOfLoad()
	fmt.Printf("%-18s %9s %8s   %9s %8s   %6s   %s\n", "", "gorgpt", "", "PyTorch", "", "", "")
	fmt.Printf("%-18s %9s %8s   %9s %8s   %6s   %s\n", "", "tok/s", "peak MB", "tok/s", "peak MB", "ratio", "ratio of each pair")
	for _, name := range configs {
		config, err := parseConfig(name)
		if err != nil {
			return err
		}
		var speed, peak [2][]float64
		for pair := range pairs {
			for i, s := range sides {
				run, err := s.run(ctx, config, env)
				if err != nil {
					return errors.WithMessagef(err, "%s, %s", name, s.name)
				}
				speed[i], peak[i] = append(speed[i], run.tokS), append(peak[i], run.peakMB)
				fmt.Fprintf(os.Stderr, "%s %d/%d %s: %.4g tok/s\n", name, pair+1, pairs, s.name, run.tokS)
			}
		}
		fmt.Printf("%-18s %9.5g %8.0f   %9.5g %8.0f   %6.2f  ", name,
			median(speed[0]), slices.Max(peak[0]), median(speed[1]), slices.Max(peak[1]), median(speed[0])/median(speed[1]))
		for pair := range pairs {
			fmt.Printf(" %.2f", speed[0][pair]/speed[1][pair])
		}
		fmt.Println()
	}
	return nil
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

// warnOfLoad warns if other programs use the processors. They slow down PyTorch more, because its
// threads busy-wait.
func warnOfLoad() {
	data, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return // the load is unknown
	}
	var load float64
	if _, err := fmt.Sscan(string(data), &load); err == nil && load > 0.5*float64(runtime.NumCPU()) {
		fmt.Fprintf(os.Stderr, "compare: the load is already %.1f, so the ratios will favour gorgpt\n", load)
	}
}

// median returns the middle value, or the mean of the two in the middle.
func median(v []float64) float64 {
	v = slices.Sorted(slices.Values(v))
	return (v[(len(v)-1)/2] + v[len(v)/2]) / 2
}
