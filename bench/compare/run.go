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
)

// side is one of the two programs.
type side struct {
	name    string
	command func(c config, cores int) []string
	speed   func(c config, output []byte) (float64, error)
}

// result is the result of one run.
type result struct{ speed, peakMB float64 }

// run measures a configuration in a new process.
func (s side) run(ctx context.Context, c config, cores int, env []string) (result, error) {
	out, peak, err := execute(ctx, s.command(c, cores), env)
	if err != nil {
		return result{}, err
	}
	speed, err := s.speed(c, out)
	return result{speed, peak}, errors.WithMessagef(err, "reading the speed in %q", out)
}

// execute runs a program and returns its output and its peak of memory in MB.
func execute(ctx context.Context, args, env []string) ([]byte, float64, error) {
	cmd := exec.CommandContext(ctx, args[0], args[1:]...)
	var stderr bytes.Buffer
	cmd.Env, cmd.Stderr = env, &stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, 0, errors.Errorf("%s: %v\n%s%s", strings.Join(args, " "), err, out, &stderr)
	}
	return out, float64(cmd.ProcessState.SysUsage().(*syscall.Rusage).Maxrss) / 1024, nil // Linux counts in KiB
}

// limits are operations and bytes a second that no program exceeds on the machine.
type limits struct{ operations, bytes float64 }

// measure measures the limits.
func measure(ctx context.Context, binary string, cores int, env []string) (limits, error) {
	out, _, err := execute(ctx, []string{binary, "-test.run", "^$", "-test.cpu", strconv.Itoa(cores), "-test.benchtime", "3x", "-test.bench", "^BenchmarkLimits$"}, env)
	if err != nil {
		return limits{}, err
	}
	operations, err := metric(out, "GFLOPS")
	if err != nil {
		return limits{}, err
	}
	memory, err := metric(out, "GB/s")
	return limits{1e9 * operations, 1e9 * memory}, err
}

// metric reads a metric from the output of a benchmark.
func metric(output []byte, unit string) (float64, error) {
	found := regexp.MustCompile(`([0-9.e+]+) ` + unit).FindSubmatch(output)
	if found == nil {
		return 0, errors.Errorf("the benchmark does not exist or prints no %s", unit)
	}
	return strconv.ParseFloat(string(found[1]), 64)
}

// goSide measures with the benchmarks of the package bench.
func goSide(binary string, steps int) side {
	command := func(c config, cores int) []string {
		times, pattern := steps, ""
		switch c.kind {
		case "finetune":
			times, pattern = bench.FinetuneRound, fmt.Sprintf("^BenchmarkFinetune$/^%s$/^B%s$", c.preset, c.batch)
		case "classify":
			pattern = fmt.Sprintf("^BenchmarkClassify$/^%s$/^T%s$", c.preset, c.length)
		case "generate":
			pattern = fmt.Sprintf("^BenchmarkGenerate$/^%s$/^B%s$/^%s$", c.preset, c.batch, c.dtype)
		default:
			pattern = fmt.Sprintf("^BenchmarkStep$/^%s$/^B%s$", c.preset, c.batch)
		}
		return []string{binary, "-test.run", "^$", "-test.cpu", strconv.Itoa(cores), "-test.benchtime", fmt.Sprintf("%dx", times), "-test.bench", pattern}
	}
	speed := func(c config, output []byte) (float64, error) { return metric(output, c.unit()) }
	return side{"gorgpt", command, speed}
}

// torchSide measures with the script. The summary is its last line.
func torchSide(python, script string, steps int) side {
	command := func(c config, cores int) []string {
		args := []string{python, script, "--preset", c.preset, "--threads", strconv.Itoa(cores)}
		switch c.kind {
		case "finetune":
			return append(args, "--finetune", microBatches(c))
		case "classify":
			return append(args, "--batch", strconv.Itoa(bench.ClassifyBatch), "--classify", c.length, "--steps", strconv.Itoa(steps+2))
		case "generate":
			return append(args, "--batch", c.batch, "--generate", strconv.Itoa(bench.GenerateTokens), "--dtype", c.dtype)
		}
		return append(args, "--batch", c.batch, "--steps", strconv.Itoa(steps+2))
	}
	speed := func(c config, output []byte) (float64, error) {
		lines := bytes.Split(bytes.TrimSpace(output), []byte("\n"))
		var summary struct {
			Tokens float64 `json:"tok_s"`
			Texts  float64 `json:"texts_s"`
		}
		if err := json.Unmarshal(lines[len(lines)-1], &summary); err != nil {
			return 0, errors.Wrap(err, "reading the summary")
		}
		if c.kind == "classify" {
			return summary.Texts, nil
		}
		return summary.Tokens, nil
	}
	return side{"PyTorch", command, speed}
}

// microBatches returns the micro-batches of our benchmark in the form that the script reads:
// 4x16,1x40;…
func microBatches(c config) string {
	var updates []string
	for _, lengths := range bench.FinetuneUpdates(bench.FinetuneRound) {
		var micros []string
		for _, m := range bench.MicroBatches(lengths, c.shape) {
			micros = append(micros, fmt.Sprintf("%dx%d", m.B, m.T))
		}
		updates = append(updates, strings.Join(micros, ","))
	}
	return strings.Join(updates, ";")
}
