//go:build unix

package endurance

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// tally counts what happened in a soak.
type tally struct {
	runs, starts, kills, inSave, interrupts, terminations, early, full int
}

// TestSoak disturbs runs in all ways for GORGPT_SOAK, such as 30m.
func TestSoak(t *testing.T) {
	limit, err := time.ParseDuration(os.Getenv("GORGPT_SOAK"))
	if err != nil {
		t.Skip("GORGPT_SOAK is no duration, such as 30m: make soak")
	}
	r := newRig(t)
	disk := r.mountSmall("disk", 100)
	took := map[string]time.Duration{}
	jobs := []job{pretraining(100), finetuning(80)}
	took["train"] = r.undisturbed(pretraining(100), "base")
	took["finetune"] = r.undisturbed(finetuning(80), "tuned")
	want := map[string]string{"train": "base", "finetune": "tuned"}
	var n tally
	for begin := time.Now(); time.Since(begin) < limit; n.runs++ {
		j := jobs[n.runs%2]
		out := filepath.Join("disk", fmt.Sprint(n.runs))
		for !r.complete(out) {
			n.starts++
			r.disturb(&n, j, out, took[j.command], disk)
			r.whole(out)
		}
		r.same(want[j.command], out)
		require.NoError(t, os.RemoveAll(filepath.Join(r.dir, out)))
		t.Logf("%s: %+v", time.Since(begin).Round(time.Second), n)
	}
}

// complete tells whether a run is.
func (r *rig) complete(out string) bool {
	data, err := os.ReadFile(filepath.Join(r.dir, out, "run.json"))
	return err == nil && strings.Contains(string(data), `"completed": true`)
}

// disturb starts a run, or goes on with it, and does something to it.
func (r *rig) disturb(n *tally, j job, out string, took time.Duration, disk bool) {
	r.t.Helper()
	switch what := r.rng.IntN(8); {
	case what < 4:
		p := r.goOn(j, out)
		saving, alive := r.kill(p, out, took/2, syscall.SIGKILL)
		if p.wait() != 0 && alive {
			n.kills++
			if saving {
				n.inSave++
			}
		}
	case what < 6:
		sig, status, count := syscall.SIGINT, 130, &n.interrupts
		if what == 5 {
			sig, status, count = syscall.SIGTERM, 143, &n.terminations
		}
		p := r.goOn(j, out)
		r.kill(p, out, took/2, sig)
		switch got := p.wait(); got {
		case 0:
		case -1:
			n.early++ // before the command was ready for signals
		default:
			require.Equal(r.t, status, got, p.stderr.String())
			require.Contains(r.t, p.stderr.String(), "-resume "+out+" resumes the run\n")
			*count++
		}
	case what == 6 && disk:
		r.fill("disk", r.rng.Int64N(25<<20))
		p := r.goOn(j, out)
		if status := p.wait(); status != 0 {
			require.Equal(r.t, 1, status, p.stderr.String())
			require.Contains(r.t, p.stderr.String(), "no space left on device")
			n.full++
		}
		require.NoError(r.t, os.Remove(filepath.Join(r.dir, "disk", "ballast")))
	default:
		p := r.goOn(j, out)
		require.Zero(r.t, p.wait(), p.stderr.String())
	}
}

// mountSmall mounts a file system of so many megabytes in memory, and tells whether that is
// permitted. Without, the folder is a common one.
func (r *rig) mountSmall(name string, megabytes int) bool {
	r.t.Helper()
	dir := filepath.Join(r.dir, name)
	require.NoError(r.t, os.Mkdir(dir, 0o700))
	if runtime.GOOS != "linux" || os.Geteuid() != 0 {
		return false
	}
	if out, err := exec.Command("mount", "-t", "tmpfs", "-o", fmt.Sprintf("size=%dm", megabytes), "tmpfs", dir).CombinedOutput(); err != nil {
		r.t.Logf("no small disk: %s", out)
		return false
	}
	r.t.Cleanup(func() {
		if out, err := exec.Command("umount", dir).CombinedOutput(); err != nil {
			r.t.Errorf("umount: %s", out)
		}
	})
	return true
}

// fill writes a file to the small disk that leaves no more than so many bytes.
func (r *rig) fill(name string, leave int64) {
	r.t.Helper()
	var stat syscall.Statfs_t
	require.NoError(r.t, syscall.Statfs(filepath.Join(r.dir, name), &stat))
	size := max(int64(stat.Bavail)*int64(stat.Bsize)-leave, 0)
	f, err := os.Create(filepath.Join(r.dir, name, "ballast"))
	require.NoError(r.t, err)
	block := make([]byte, 1<<20)
	for size > 0 {
		n, err := f.Write(block[:min(size, int64(len(block)))])
		if err != nil {
			break // full
		}
		size -= int64(n)
	}
	require.NoError(r.t, f.Close())
}
