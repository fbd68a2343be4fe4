//go:build unix

package endurance

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// A folder that cannot be written to is told of before anything is done.
func TestReadOnlyDisk(t *testing.T) {
	r := newRig(t)
	if !r.mountSmall("disk", 40) {
		t.Skip("mounting a small disk is not permitted")
	}
	j := pretraining(48)
	r.write("disk/notes.txt", "mine")
	out, err := exec.Command("mount", "-o", "remount,ro", filepath.Join(r.dir, "disk")).CombinedOutput()
	require.NoError(t, err, string(out))
	p := r.start(1, j.command, append(j.args, "-out", "disk/new")...)
	require.Equal(t, 1, p.wait())
	require.Equal(t, "train: -out: mkdir disk/new: read-only file system\n", lastLine(p.stderr.String()))
	p = r.start(1, j.command, append(j.args, "-force", "-out", "disk")...)
	require.Equal(t, 1, p.wait())
	require.Equal(t, "train: the run folder disk cannot be written to: open disk/.lock: read-only file system\n", lastLine(p.stderr.String()))
}

// A full disk ends the run with a message, leaves the checkpoint before as it was, and when
// there is room again the run goes on to the same end.
func TestFullDisk(t *testing.T) {
	r := newRig(t)
	if !r.mountSmall("disk", 40) {
		t.Skip("mounting a small disk is not permitted")
	}
	j, out := pretraining(48), filepath.Join("disk", "run")
	r.undisturbed(j, "base")
	r.fill("disk", 25<<20) // for two checkpoints of 10 MB
	p := r.goOn(j, out)
	require.Equal(t, 1, p.wait())
	require.Regexp(t, `^train: writing disk/run/checkpoints/step-\d+: (model|adam)\.safetensors: .*no space left on device; `+
		`the last checkpoint is disk/run/checkpoints/step-\d+; once the problem is fixed, -resume disk/run resumes the run\n$`, lastLine(p.stderr.String()))
	r.whole(out)
	require.NoError(t, os.Remove(filepath.Join(r.dir, "disk", "ballast")))
	p = r.goOn(j, out)
	require.Zero(t, p.wait(), p.stderr.String())
	require.Contains(t, p.stdout.String(), "resuming after update ")
	r.same("base", out)
}
