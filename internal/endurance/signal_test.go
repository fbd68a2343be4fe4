//go:build unix

package endurance

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// lastLine is the last one of what a command said.
func lastLine(s string) string {
	lines := strings.SplitAfter(strings.TrimSuffix(s, "\n"), "\n")
	return lines[len(lines)-1] + "\n"
}

// begun waits until a run has made an update.
func (r *rig) begun(out string) {
	r.t.Helper()
	require.Eventually(r.t, func() bool {
		info, err := os.Stat(filepath.Join(r.dir, out, "metrics.jsonl"))
		return err == nil && info.Size() > 0
	}, 20*time.Second, time.Millisecond)
}

func TestSignals(t *testing.T) {
	r := newRig(t)
	long := pretraining(100_000)
	for sig, status := range map[syscall.Signal]int{syscall.SIGINT: 130, syscall.SIGTERM: 143} {
		out := sig.String()
		p := r.start(1, long.command, append(long.args, "-out", out)...)
		r.begun(out)
		require.NoError(t, p.Process.Signal(sig))
		require.Equal(t, status, p.wait())
		require.Regexp(t, `^train: stopped after update \d+ of 100000; the last checkpoint is `+out+`/checkpoints/step-\d+; -resume `+out+` resumes the run\n$`,
			lastLine(p.stderr.String()))
		r.whole(out)
	}

	t.Run("the second exits at once", func(t *testing.T) {
		p := r.start(1, "train", append(long.args, "-out", "twice", "-batch", "4000", "-micro", "4000")...)
		require.Eventually(t, func() bool { _, err := os.Stat(filepath.Join(r.dir, "twice", "run.json")); return err == nil }, 20*time.Second, time.Millisecond)
		time.Sleep(300 * time.Millisecond) // into a micro-batch of seconds
		require.NoError(t, p.Process.Signal(syscall.SIGINT))
		time.Sleep(200 * time.Millisecond)
		start := time.Now()
		require.NoError(t, p.Process.Signal(syscall.SIGINT))
		require.Equal(t, -1, p.wait(), "the signal itself ends the process, which a shell shows as 130")
		require.Less(t, time.Since(start), time.Second)
		require.Contains(t, p.stderr.String(), "repeat to exit immediately")
	})

	t.Run("before the first update", func(t *testing.T) {
		j := pretraining(8)
		r.undisturbed(j, "base")
		slow := append(append([]string{}, j.args...), "-out", "early")
		p := r.start(1, "train", slow...)
		require.Eventually(t, func() bool { _, err := os.Stat(filepath.Join(r.dir, "early", "run.json")); return err == nil }, 20*time.Second, 100*time.Microsecond)
		require.NoError(t, p.Process.Signal(syscall.SIGTERM))
		require.Equal(t, 143, p.wait(), p.stderr.String())
		if strings.Contains(p.stderr.String(), "after update 0") {
			require.Contains(t, p.stderr.String(), "stopped after update 0 of 8; there is no checkpoint yet; -resume early resumes the run")
		}
		r.run(1, "train", "-resume", "early")
		r.same("base", "early")
	})
}
