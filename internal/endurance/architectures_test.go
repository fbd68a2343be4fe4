//go:build unix && !mpi

package endurance

import (
	"bufio"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// A run that begins on one architecture and ends on another has the losses of one that stayed, up
// to rounding.
func TestArchitectures(t *testing.T) {
	qemu, err := exec.LookPath("qemu-aarch64")
	if err != nil {
		qemu, err = exec.LookPath("qemu-aarch64-static")
	}
	if err != nil || runtime.GOARCH != "amd64" || testing.Short() {
		t.Skip("needs qemu-aarch64 (Debian: qemu-user) on amd64, and minutes")
	}
	r := newRig(t)
	arm := filepath.Join(r.dir, "arm")
	build := exec.Command("go", "build", "-o", arm, "gorgpt/cmd/gorgpt")
	build.Env = append(os.Environ(), "GOARCH=arm64", "CGO_ENABLED=0")
	out, err := build.CombinedOutput()
	require.NoError(t, err, string(out))

	programs := map[string][]string{"amd64": {r.program()}, "arm64": {qemu, arm}}
	begin := func(arch string, args ...string) *process {
		command := append(programs[arch], args...)
		return r.startProgram(1, command[0], command[1:]...)
	}
	j := pretraining(12)
	r.run(1, j.command, append(j.args, "-out", "stayed")...)
	want := r.losses("stayed")
	for from, to := range map[string]string{"amd64": "arm64", "arm64": "amd64"} {
		p := begin(from, append(append([]string{j.command}, j.args...), "-out", from)...)
		for range 6000 { // until there is a checkpoint
			if saved, _ := filepath.Glob(filepath.Join(r.dir, from, "checkpoints", "step-*")); len(saved) > 0 {
				break
			}
			time.Sleep(10 * time.Millisecond)
		}
		require.NoError(t, p.Process.Signal(syscall.SIGINT))
		require.Equal(t, 130, p.wait(), "%s: %s", from, p.stderr.String())
		p = begin(to, j.command, "-resume", from)
		require.Zero(t, p.wait(), p.stderr.String())
		got := r.losses(from)
		require.Len(t, got, len(want))
		for step, loss := range want {
			require.InDelta(t, loss, got[step], 1e-4, "%s to %s, update %d", from, to, step)
		}
	}
}

// losses are those of the updates of a run.
func (r *rig) losses(run string) map[int]float64 {
	r.t.Helper()
	f, err := os.Open(filepath.Join(r.dir, run, "metrics.jsonl"))
	require.NoError(r.t, err)
	defer f.Close()
	all := map[int]float64{}
	for lines := bufio.NewScanner(f); lines.Scan(); {
		var line struct {
			Step int
			Loss *float64
		}
		require.NoError(r.t, json.Unmarshal(lines.Bytes(), &line))
		if line.Loss != nil {
			all[line.Step] = *line.Loss
		}
	}
	require.NotEmpty(r.t, all)
	return all
}
