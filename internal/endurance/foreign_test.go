//go:build unix

package endurance

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// foreign are files of somebody else's: inside the run folder, under names that are nearly
// those of a run, and beside it.
var foreign = []string{
	"out/.hidden", "out/.model.safetensors.tmp-01234567", "out/.notes.gorgpt-01234567", "out/.token", "out/book.txt", "out/checkpoints/notes.txt",
	"out/checkpoints/.step-000000003.tmp-01234567/state.json", "out/checkpoints/old/model.safetensors", "out/history/1914.txt", "out/loss.svg.bak",
	"out/model/model.safetensors", "out/samples/one.txt", "out/seed-1/run.json", "checkpoints/step-000000003/state.json", "history/x", "samples/step-000000016.txt",
	".tokens-00000.bin.tmp-01234567", ".token", "model.safetensors", "run.json",
}

// Whatever befalls a run, killed, resumed or replaced with -force, files of others stay as they are,
// and so do its inputs.
func TestForeignFilesSurvive(t *testing.T) {
	r := newRig(t)
	kills := 8
	if testing.Short() {
		kills = 4
	}
	for _, j := range []job{pretraining(48), finetuning(40)} {
		base := map[string]string{"train": "base", "finetune": "tuned"}[j.command]
		took := r.undisturbed(j, base)
		for _, name := range foreign {
			r.write(name, "precious "+name)
		}
		want := r.contents(func(name string) bool { return slices.Contains(foreign, name) || !strings.HasPrefix(name, "out/") })
		untouched := func() {
			t.Helper()
			got := r.contents(func(name string) bool { _, known := want[name]; return known })
			require.Equal(t, len(want), len(got), "files are gone")
			for name, content := range want {
				require.True(t, content == got[name], "%s has changed", name)
			}
		}
		for n := range kills {
			p := r.anew(j, n%3 != 0)
			r.kill(p, "out", took/2, syscall.SIGKILL)
			p.wait()
			r.whole("out")
			untouched()
		}
		p := r.anew(j, true)
		require.Zero(t, p.wait(), p.stderr.String())
		untouched()
		weights, err := os.ReadFile(filepath.Join(r.dir, base, "model.safetensors"))
		require.NoError(t, err)
		got, err := os.ReadFile(filepath.Join(r.dir, "out", "model.safetensors"))
		require.NoError(t, err)
		require.True(t, string(weights) == string(got), "the weights of an undisturbed run")
		p = r.anew(j, false)
		time.Sleep(took / 4)
		require.NoError(t, p.Process.Kill())
		p.wait()
		untouched()
	}
}

// anew starts a job in the folder out, or resumes it if that is wanted and it was begun there.
func (r *rig) anew(j job, resume bool) *process {
	r.t.Helper()
	// A -force that was killed may leave the record of the other command's run.
	record, err := os.ReadFile(filepath.Join(r.dir, "out", "run.json"))
	if err == nil && resume && strings.Contains(string(record), `"command": "`+j.command+`"`) {
		return r.start(1, j.command, "-resume", "out")
	}
	return r.start(1, j.command, append(j.args, "-out", "out", "-force")...)
}

// contents are the files of the rig by their paths.
func (r *rig) contents(wanted func(name string) bool) map[string]string {
	r.t.Helper()
	files := map[string]string{}
	require.NoError(r.t, filepath.WalkDir(r.dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		name, err := filepath.Rel(r.dir, path)
		if err != nil || !wanted(name) {
			return err
		}
		data, err := os.ReadFile(path)
		files[name] = string(data)
		return err
	}))
	return files
}
