//go:build linux

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"syscall"

	"github.com/pkg/errors"

	"gorgpt/bench"
	"gorgpt/gpt1"
)

// side is one of the two programs.
type side struct {
	name    string
	command func(c config) []string
	speed   func(output []byte) (tokS float64, err error)
}

// result is the result of one run.
type result struct{ tokS, peakMB float64 }

// config says what to measure: training steps of a preset with windows of its context, fine-tuning
// updates on sentences, or text generation.
type config struct{ name, benchmark, preset, batch string }

// The benchmarks. The names of the last two configurations have a prefix before the preset.
const (
	ofStep     = "BenchmarkStep"
	ofFinetune = "BenchmarkFinetune"
	ofGenerate = "BenchmarkGenerate"
)

func parseConfig(name string) (config, error) {
	c, rest := config{name: name, benchmark: ofStep}, name
	for prefix, benchmark := range map[string]string{"finetune/": ofFinetune, "generate/": ofGenerate} {
		if cut, found := strings.CutPrefix(name, prefix); found {
			c.benchmark, rest = benchmark, cut
		}
	}
	var ok bool
	if c.preset, c.batch, ok = strings.Cut(rest, "/B"); !ok {
		return config{}, errors.Errorf("configuration %q: must be PRESET/BN, such as gpt1/B4, finetune/gpt1/B32 or generate/gpt1/B1", name)
	}
	return c, nil
}

// run measures a configuration in a new process.
func (s side) run(ctx context.Context, c config, env []string) (result, error) {
	args := s.command(c)
	cmd := exec.CommandContext(ctx, args[0], args[1:]...)
	var stderr bytes.Buffer
	cmd.Env, cmd.Stderr = env, &stderr
	out, err := cmd.Output()
	if err != nil {
		return result{}, errors.Errorf("%s: %v\n%s%s", strings.Join(args, " "), err, out, &stderr)
	}
	tokS, err := s.speed(out)
	if err != nil {
		return result{}, errors.Errorf("%s: %v\n%s", strings.Join(args, " "), err, out)
	}
	usage := cmd.ProcessState.SysUsage().(*syscall.Rusage)
	return result{tokS: tokS, peakMB: float64(usage.Maxrss) / 1024}, nil // Linux counts in KiB
}

func goCommand(binary string, steps, threads int) func(c config) []string {
	return func(c config) []string {
		times := steps
		if c.benchmark == ofFinetune {
			times = bench.FinetuneRound
		}
		return []string{
			binary, "-test.run", "^$", "-test.cpu", strconv.Itoa(threads), "-test.benchtime", fmt.Sprintf("%dx", times),
			"-test.bench", fmt.Sprintf("^%s$/^%s$/^B%s$", c.benchmark, c.preset, c.batch),
		}
	}
}

var tokS = regexp.MustCompile(`([0-9.e+]+) tok/s`)

func goSpeed(output []byte) (float64, error) {
	found := tokS.FindSubmatch(output)
	if found == nil {
		return 0, errors.New("no such benchmark")
	}
	return strconv.ParseFloat(string(found[1]), 64)
}

func torchCommand(python, script string, steps, threads int) func(c config) []string {
	return func(c config) []string {
		args := []string{python, script, "--preset", c.preset, "--threads", strconv.Itoa(threads)}
		switch c.benchmark {
		case ofFinetune:
			return append(args, "--finetune", microBatches(c.preset))
		case ofGenerate:
			return append(args, "--batch", c.batch, "--generate", strconv.Itoa(bench.GenerateTokens))
		}
		return append(args, "--batch", c.batch, "--steps", strconv.Itoa(steps+2))
	}
}

// microBatches returns the micro-batches of our benchmark in the form that the script reads:
// 4x16,1x40;…
func microBatches(preset string) string {
	shape, err := gpt1.Preset(preset)
	if err != nil {
		return "" // our benchmark has no such preset either, and its error comes first
	}
	var updates []string
	for _, lengths := range bench.FinetuneUpdates(bench.FinetuneRound) {
		var micros []string
		for _, m := range bench.MicroBatches(lengths, shape) {
			micros = append(micros, fmt.Sprintf("%dx%d", m.B, m.T))
		}
		updates = append(updates, strings.Join(micros, ","))
	}
	return strings.Join(updates, ";")
}

// torchSpeed reads the summary, which is the last line.
func torchSpeed(output []byte) (float64, error) {
	lines := bytes.Split(bytes.TrimSpace(output), []byte("\n"))
	var summary struct {
		TokS float64 `json:"tok_s"`
	}
	err := json.Unmarshal(lines[len(lines)-1], &summary)
	return summary.TokS, errors.Wrap(err, "reading the summary")
}
