//go:build unix

package endurance

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

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
		`the last checkpoint is disk/run/checkpoints/step-\d+; when this is mended, -resume disk/run goes on\n$`, lastLine(p.stderr.String()))
	r.whole(out)
	require.NoError(t, os.Remove(filepath.Join(r.dir, "disk", "ballast")))
	p = r.goOn(j, out)
	require.Zero(t, p.wait(), p.stderr.String())
	require.Contains(t, p.stdout.String(), "going on behind update ")
	r.same("base", out)
}
