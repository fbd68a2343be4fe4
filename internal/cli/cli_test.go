package cli

import (
	"bytes"
	"context"
	"math"
	"os"
	"runtime"
	"syscall"
	"testing"

	"github.com/pkg/errors"
	"github.com/stretchr/testify/require"
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
			require.Equal(t, c.status, Run("cmd", &stderr, c.parse, c.work))
			require.Contains(t, stderr.String(), c.stderr)
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
	require.NoError(t, given.CheckInts(Int{"a", 1, 1}, Int{"b", 0, 1}))
	require.EqualError(t, given.CheckInts(Int{"a", 0, 1}), "-a is 0: want at least 1")
	require.NoError(t, given.CheckNumbers(Number{"a", 0}, Number{"a", 10}, Number{"b", -1}))
	for _, v := range []float64{-1, math.NaN(), math.Inf(1)} {
		require.ErrorContains(t, given.CheckNumbers(Number{"a", v}), "want a number from 0 on")
	}
	require.NoError(t, given.CheckShares(Number{"a", 0}, Number{"b", 1}))
	require.EqualError(t, given.CheckShares(Number{"a", 1}), "-a is 1: want a share, 0 ≤ x < 1")
}
