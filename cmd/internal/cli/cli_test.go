package cli

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"math"
	"os"
	"runtime"
	"strings"
	"syscall"
	"testing"

	"github.com/pkg/errors"
	"github.com/stretchr/testify/require"

	"gorgpt/train"
)

func TestRunReturnsTheExitStatus(t *testing.T) {
	fine := func() error { return nil }
	work := func(err error) func(context.Context) error { return func(context.Context) error { return err } }
	cases := map[string]struct {
		parse  func() error
		work   func(context.Context) error
		status int
		stderr string
	}{
		"done":         {fine, work(nil), 0, ""},
		"help":         {func() error { return ErrHelp }, nil, 0, ""},
		"bad flag":     {func() error { return errors.New("-x is 1") }, nil, 2, "cmd: -x is 1 (-h lists the flags)\n"},
		"failed":       {fine, work(errors.New("no disk")), 1, "cmd: no disk\n"},
		"own cancel":   {fine, work(context.Canceled), 1, "cmd: context canceled\n"},
		"interrupted":  {fine, signalled(t, syscall.SIGINT), 130, "cmd: context canceled\n"},
		"terminated":   {fine, signalled(t, syscall.SIGTERM), 143, "cmd: context canceled\n"},
		"failed later": {fine, func(ctx context.Context) error { _ = signalled(t, syscall.SIGINT)(ctx); return errors.New("no disk") }, 1, "cmd: no disk\n"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			var stderr bytes.Buffer
			require.Equal(t, c.status, Run("cmd", NewOutput(io.Discard), &stderr, c.parse, c.work))
			require.Contains(t, stderr.String(), c.stderr)
		})
	}
}

// full is a disk with limited room, in bytes.
type full struct{ room int }

func (f *full) Write(p []byte) (int, error) {
	n := min(len(p), f.room)
	if f.room -= n; n < len(p) {
		return n, syscall.ENOSPC
	}
	return n, nil
}

// A command that cannot write its output fails, even if the code that prints ignores the error.
func TestRunFailsWhenItsOutputWasNotWritten(t *testing.T) {
	print := func(out *Output, times int) error {
		for range times {
			fmt.Fprintln(out, "result")
		}
		return nil
	}
	for name, c := range map[string]struct {
		room, status int
		help         bool
		work         error
		want         string
	}{
		"room":                {14, 0, false, nil, ""},
		"no room":             {0, 1, false, nil, "cmd: writing to standard output: no space left on device\n"},
		"room for a part":     {10, 1, false, nil, "cmd: writing to standard output: no space left on device\n"},
		"no room for help":    {0, 1, true, nil, "cmd: writing to standard output: no space left on device\n"},
		"the work fails, too": {0, 1, false, errors.New("no model"), "cmd: no model\n"},
	} {
		t.Run(name, func(t *testing.T) {
			var stderr bytes.Buffer
			out := NewOutput(&full{c.room})
			parse := func() error {
				if !c.help {
					return nil
				}
				_ = print(out, 2)
				return ErrHelp
			}
			status := Run("cmd", out, &stderr, parse, func(context.Context) error { _ = print(out, 2); return c.work })
			require.Equal(t, c.status, status)
			require.Equal(t, c.want, stderr.String())
		})
	}
}

// signalled sends the process a signal and waits for the context to end.
func signalled(t *testing.T, sig os.Signal) func(ctx context.Context) error {
	return func(ctx context.Context) error {
		if runtime.GOOS == "windows" {
			t.Skip("a process cannot signal itself there")
		}
		self, err := os.FindProcess(os.Getpid())
		require.NoError(t, err)
		require.NoError(t, self.Signal(sig))
		<-ctx.Done()
		return ctx.Err()
	}
}

func TestChecks(t *testing.T) {
	given := Given{"a": true}
	require.NoError(t, given.CheckInts(Int{Name: "a", Value: 1, Least: 1}, Int{Name: "b", Value: 0, Least: 1}))
	require.EqualError(t, given.CheckInts(Int{Name: "a", Value: 0, Least: 1}), "-a must be at least 1, not 0")
	require.NoError(t, given.CheckNumbers(Number{"a", 0}, Number{"a", 10}, Number{"b", -1}))
	for _, v := range []float64{-1, math.NaN(), math.Inf(1)} {
		require.ErrorContains(t, given.CheckNumbers(Number{"a", v}), "-a must be between 0 and 1e6, not ")
	}
	require.NoError(t, given.CheckShares(Number{"a", 0}, Number{"b", 1}))
	require.EqualError(t, given.CheckShares(Number{"a", 1}), "-a must be at least 0 and less than 1, not 1")
}

func TestParse(t *testing.T) {
	var x Extras
	s := &train.Options{Epochs: 3, Batch: 32, LR: train.Auto}
	parse := func(args ...string) (Given, string, error) {
		var out bytes.Buffer
		fs := NewFlags("cmd")
		OptionFlags(fs, s, &x)
		given, err := Parse(fs, args, "usage", "use flags", &out)
		return given, out.String(), err
	}
	given, out, err := parse("-batch", "4", "-steps", "0")
	require.NoError(t, err)
	require.Empty(t, out)
	require.Equal(t, Given{"batch": true, "steps": true}, given)
	require.NoError(t, CheckOptions(given, s, &x), "a rate that is not given is not checked")
	require.Equal(t, &train.Options{Batch: 4, LR: train.Auto}, s, "-steps replaces -epochs")
	require.True(t, s.BuildOnly())

	_, out, err = parse("-h")
	require.ErrorIs(t, err, ErrHelp)
	require.Equal(t, "usage", out)
	_, _, err = parse("more")
	require.EqualError(t, err, `unexpected argument "more": use flags`)
	_, _, err = parse("-batches", "4")
	require.EqualError(t, err, "unknown flag -batches: did you mean -batch?")
	_, _, err = parse("-keep", "2")
	require.EqualError(t, err, "unknown flag -keep: did you mean -checkpoints?")
	_, _, err = parse("-colour")
	require.EqualError(t, err, "unknown flag -colour")

	for flags, want := range map[string]string{
		"-lr -1":               "-lr must be between 0 and 1e6, not -1",
		"-batch 0":             "-batch must be at least 1, not 0",
		"-dropout 1":           "-dropout must be at least 0 and less than 1, not 1",
		"-steps 3 -epochs 1":   "-steps and -epochs both set the length",
		"-eval-every -1":       "-eval-every must be at least 0, not -1",
		"-clip NaN":            "-clip must be between 0 and 1e6, not NaN",
		"-steps -1 -batch -10": "-steps must be at least 0, not -1",
	} {
		given, _, err := parse(strings.Fields(flags)...)
		require.NoError(t, err)
		require.ErrorContains(t, CheckOptions(given, s, &x), want)
	}
}

func TestMessagesNameFlags(t *testing.T) {
	for field, flag := range map[string]string{"Batch": "-batch", "EvalEvery": "-eval-every", "L2": "-l2", "LR": "-lr", "HeadDrop": "-head-dropout", "AllowUnknown": "-allow-unknown"} {
		require.Equal(t, flag+" is bad", message(train.BadOption("{"+field+"} is bad")))
	}
	stopped := train.Stopped{Err: errors.WithMessage(train.BadOption("{Batch} is bad"), "update 1"), Dir: "out", Checkpoint: "out/c", Keeps: true}
	require.Equal(t, "update 1: -batch is bad; the last checkpoint is out/c; once the problem is fixed, -resume out resumes the run", message(stopped))
	stopped.Err = train.Interrupted{Step: 1, Steps: 2}
	require.Equal(t, "stopped after update 1 of 2; the last checkpoint is out/c; -resume out resumes the run", message(stopped))
	stopped.Checkpoint, stopped.Keeps = "", false
	require.Equal(t, "stopped after update 1 of 2; no checkpoint is kept; a run with -checkpoints 0 cannot be resumed: -config out/run.json starts it again", message(stopped))
}
