//go:build linux

package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"syscall"

	"github.com/pkg/errors"
)

// side is one of the two programs.
type side struct {
	name    string
	command func(preset, batch string) []string
	speed   func(output []byte) (tokS float64, err error)
}

// result is what one run gave.
type result struct{ tokS, peakMB float64 }

// run takes the steps of a configuration like gpt1/B4 in a process of its own.
func (s side) run(config string, env []string) (result, error) {
	preset, batch, ok := strings.Cut(config, "/B")
	if !ok {
		return result{}, errors.Errorf("configuration %q: want PRESET/BN, like gpt1/B4", config)
	}
	args := s.command(preset, batch)
	cmd := exec.Command(args[0], args[1:]...)
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

func goCommand(binary string, steps, threads int) func(preset, batch string) []string {
	return func(preset, batch string) []string {
		return []string{
			binary, "-test.run", "^$", "-test.cpu", strconv.Itoa(threads), "-test.benchtime", fmt.Sprintf("%dx", steps),
			"-test.bench", fmt.Sprintf("^BenchmarkStep$/^%s$/^B%s$", preset, batch),
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

func torchCommand(python, script string, steps, threads int) func(preset, batch string) []string {
	return func(preset, batch string) []string {
		return []string{
			python, script, "--preset", preset, "--batch", batch,
			"--steps", strconv.Itoa(steps + 2), "--threads", strconv.Itoa(threads),
		}
	}
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
