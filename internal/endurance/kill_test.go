//go:build unix

package endurance

import (
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// Killed at random moments many times, also during saves, a run gives what it would have
// given undisturbed.
func TestKill(t *testing.T) {
	r := newRig(t)
	kills := 14
	if testing.Short() {
		kills = 4
	}
	took := r.undisturbed(pretraining(48), "base")
	r.killed(pretraining(48), "base", "killed", took, kills)
	took = r.undisturbed(finetuning(40), "tuned")
	r.killed(finetuning(40), "tuned", "tuned-killed", took, kills/2)
}

// killed does a job that is killed so many times, and compares.
func (r *rig) killed(j job, want, out string, took time.Duration, kills int) {
	r.t.Helper()
	died, inSave := 0, 0
	for range kills {
		p := r.goOn(j, out)
		saving, alive := r.kill(p, out, took/2, syscall.SIGKILL)
		p.wait()
		if alive {
			died++
		}
		if saving {
			inSave++
		}
		r.whole(out)
	}
	p := r.goOn(j, out)
	require.Zero(r.t, p.wait(), p.stderr.String())
	r.same(want, out)
	p = r.goOn(j, out)
	require.Zero(r.t, p.wait())
	require.Equal(r.t, "the run in "+out+" is complete: nothing to do\n", p.stdout.String())
	r.t.Logf("%s: %d starts, %d killed at work, %d of them during a save", j.command, kills, died, inSave)
	require.Positive(r.t, died)
}
