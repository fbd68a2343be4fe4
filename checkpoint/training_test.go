package checkpoint

import (
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/pkg/errors"
	"github.com/stretchr/testify/require"

	"gorgpt/gpt1"
	"gorgpt/internal/atomicfile"
)

func trained(t *testing.T, seed uint64) *gpt1.Model {
	t.Helper()
	m, err := gpt1.New(gpt1.Config{NLayer: 1, NHead: 2, NEmbd: 8, NCtx: 4, VocabSize: 9, LayerNormEps: 1e-5, InitRange: 0.02})
	require.NoError(t, err)
	m.Init(seed)
	m.Store.AllocateGradients()
	for _, p := range m.Store.Params() {
		for i := range p.Value {
			p.M[i], p.V[i] = p.Value[i]+1, p.Value[i]*2
		}
	}
	return m
}

type state struct{ Step int }

func TestKeeper(t *testing.T) {
	k := Keeper{Dir: filepath.Join(t.TempDir(), "checkpoints"), Keep: 2}
	m := trained(t, 1)
	path, _, err := k.Load(trained(t, 2), &state{})
	require.NoError(t, err)
	require.Empty(t, path, "there is none yet")
	for step := 1; step <= 6; step++ {
		path, err := k.Save(step, min(step, 2), m, state{step}, map[string][]byte{"more.txt": []byte("more")})
		require.NoError(t, err)
		require.FileExists(t, filepath.Join(path, "more.txt"))
		_, err = ReadModel(path)
		require.NoError(t, err, "a checkpoint is a model folder")
	}
	steps, err := k.Steps()
	require.NoError(t, err)
	require.Equal(t, []int{2, 5, 6}, steps, "the newest two, and the best")

	got, s := trained(t, 2), state{}
	path, skipped, err := k.Load(got, &s)
	require.NoError(t, err)
	require.Empty(t, skipped)
	require.Equal(t, filepath.Join(k.Dir, "step-000000006"), path)
	require.Equal(t, state{6}, s)
	for i, p := range m.Store.Params() {
		q := got.Store.Params()[i]
		require.Equal(t, p.Value, q.Value)
		require.Equal(t, p.M, q.M)
		require.Equal(t, p.V, q.V)
	}
}

// Whichever write fails, the checkpoint before is untouched and nothing is left of the new one.
func TestFailingWrites(t *testing.T) {
	m := trained(t, 1)
	for writes := 0; ; writes++ {
		dir := filepath.Join(t.TempDir(), "checkpoints")
		_, err := Keeper{Dir: dir, Keep: 1}.Save(1, 0, m, state{1}, nil)
		require.NoError(t, err)
		left := writes
		k := Keeper{Dir: dir, Keep: 1, Wrap: func(w io.Writer) io.Writer { return failing{w, &left} }}
		_, err = k.Save(2, 0, m, state{2}, nil)
		if err == nil {
			require.Equal(t, 5, writes, "config.json, state.json, two files of tensors, checksums")
			return
		}
		require.ErrorContains(t, err, "step-000000002: ")
		require.ErrorContains(t, err, "no space left on device")
		entries, err := os.ReadDir(dir)
		require.NoError(t, err)
		require.Len(t, entries, 1)
		var s state
		_, _, err = k.Load(trained(t, 2), &s)
		require.NoError(t, err)
		require.Equal(t, state{1}, s)
	}
}

type failing struct {
	w    io.Writer
	left *int
}

func (f failing) Write(p []byte) (int, error) {
	if *f.left == 0 {
		return 0, errors.New("no space left on device")
	}
	*f.left--
	return f.w.Write(p)
}

func TestDamage(t *testing.T) {
	for name, spoil := range map[string]func(path string) error{
		"a bit":       func(path string) error { return flip(filepath.Join(path, WeightsFile)) },
		"cut off":     func(path string) error { return os.Truncate(filepath.Join(path, momentsFile), 100) },
		"missing":     func(path string) error { return os.Remove(filepath.Join(path, stateFile)) },
		"no sums":     func(path string) error { return os.Remove(filepath.Join(path, "SHA256SUMS")) },
		"empty sums":  func(path string) error { return os.Truncate(filepath.Join(path, "SHA256SUMS"), 0) },
		"wrong sums":  func(path string) error { return flip(filepath.Join(path, "SHA256SUMS")) },
		"a file more": func(path string) error { return os.WriteFile(filepath.Join(path, "x"), nil, 0o600) },
	} {
		t.Run(name, func(t *testing.T) {
			k := Keeper{Dir: t.TempDir(), Keep: 5}
			for step := 1; step <= 2; step++ {
				_, err := k.Save(step, 0, trained(t, uint64(step)), state{step}, nil)
				require.NoError(t, err)
			}
			require.NoError(t, spoil(filepath.Join(k.Dir, "step-000000002")))
			var s state
			path, skipped, err := k.Load(trained(t, 3), &s)
			require.NoError(t, err)
			require.Equal(t, filepath.Join(k.Dir, "step-000000001"), path)
			require.Len(t, skipped, 1)
			require.Equal(t, state{1}, s)
			_, err = k.Save(2, 0, trained(t, 2), state{2}, nil)
			require.NoError(t, err, "the damaged one is replaced")
			_, skipped, err = k.Load(trained(t, 3), &s)
			require.NoError(t, err)
			require.Empty(t, skipped)
			require.Equal(t, state{2}, s)
		})
	}
}

// A damaged checkpoint of a later update does not take the place of the one that has just been saved.
func TestDamagedCheckpointsAreNotTheNewest(t *testing.T) {
	k := Keeper{Dir: t.TempDir(), Keep: 1}
	for _, step := range []int{1, 9} {
		_, err := k.Save(step, 1, trained(t, 1), state{step}, nil)
		require.NoError(t, err)
	}
	require.NoError(t, flip(filepath.Join(k.Dir, StepName(9), WeightsFile)))
	path, err := k.Save(2, 1, trained(t, 2), state{2}, nil)
	require.NoError(t, err)
	var s state
	loaded, skipped, err := k.Load(trained(t, 3), &s)
	require.NoError(t, err)
	require.Len(t, skipped, 1)
	require.Equal(t, path, loaded)
	require.Equal(t, state{2}, s)
}

// Folders that only have the name of a checkpoint do not count, and nothing of others is
// removed: neither folders nor files in a checkpoint.
func TestForeignFolders(t *testing.T) {
	k := Keeper{Dir: filepath.Join(t.TempDir(), "checkpoints"), Keep: 2}
	foreign := []string{"step-999999999", "step-888888888/notes.txt", "step-777777777/state.json/x", "step-1/state.json", "step-0000000001/state.json", "notes.txt"}
	require.NoError(t, os.MkdirAll(filepath.Join(k.Dir, foreign[0]), 0o700))
	for _, name := range append(foreign[1:], "step-000000003/notes.txt") {
		require.NoError(t, os.MkdirAll(filepath.Dir(filepath.Join(k.Dir, name)), 0o700))
		require.NoError(t, os.WriteFile(filepath.Join(k.Dir, name), []byte("precious"), 0o600))
	}
	for step := 1; step <= 2; step++ {
		_, err := k.Save(step, 0, trained(t, 1), state{step}, nil)
		require.NoError(t, err)
	}
	require.NoError(t, os.WriteFile(filepath.Join(k.Dir, "step-000000001", "notes.txt"), []byte("precious"), 0o600))
	for step := 3; step <= 5; step++ {
		_, err := k.Save(step, 0, trained(t, 1), state{step}, nil)
		require.NoError(t, err)
	}
	steps, err := k.Steps()
	require.NoError(t, err)
	require.Equal(t, []int{1, 4, 5}, steps, "the newest two, and one with a file of somebody else's")
	for _, name := range append(foreign[1:], "step-000000001/notes.txt", "step-000000003.aside/notes.txt") {
		data, err := os.ReadFile(filepath.Join(k.Dir, name))
		require.NoError(t, err)
		require.Equal(t, "precious", string(data))
	}
	require.DirExists(t, filepath.Join(k.Dir, foreign[0]))
	var s state
	path, skipped, err := k.Load(trained(t, 2), &s)
	require.NoError(t, err)
	require.Equal(t, filepath.Join(k.Dir, "step-000000005"), path)
	require.Len(t, skipped, 1, "step-777777777 has a file of a checkpoint")

	empty := Keeper{Dir: t.TempDir()}
	require.NoError(t, os.Mkdir(filepath.Join(empty.Dir, "step-999999999"), 0o700))
	path, skipped, err = empty.Load(trained(t, 2), &s)
	require.NoError(t, err)
	require.Empty(t, path)
	require.Empty(t, skipped)
}

func TestCheckpointsAreNotWrittenThroughALink(t *testing.T) {
	precious, dir := t.TempDir(), filepath.Join(t.TempDir(), "checkpoints")
	if err := os.Symlink(precious, dir); err != nil {
		t.Skip("links are not permitted here")
	}
	_, err := Keeper{Dir: dir}.Save(1, 0, trained(t, 1), state{1}, nil)
	require.ErrorContains(t, err, dir+" is a link to "+precious)
	entries, err := os.ReadDir(precious)
	require.NoError(t, err)
	require.Empty(t, entries)
}

func flip(path string) error {
	data, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	data[len(data)/2] ^= 1
	return os.WriteFile(path, data, 0o600)
}

// BenchmarkSave saves checkpoints of a preset, flushed to the disk.
func BenchmarkSave(b *testing.B) {
	for _, preset := range []string{"tiny", "gpt1"} {
		b.Run(preset, func(b *testing.B) {
			c, err := gpt1.Preset(preset)
			require.NoError(b, err)
			m, err := gpt1.New(c)
			require.NoError(b, err)
			m.Store.AllocateGradients()
			k := Keeper{Dir: b.TempDir(), Keep: 1}
			b.SetBytes(int64(12 * m.Store.Len()))
			for step := 1; b.Loop(); step++ {
				_, err := k.Save(step, 0, m, state{step}, nil)
				require.NoError(b, err)
			}
		})
	}
}

// Of a finished run, one checkpoint remains, whole but without moments.
func TestKeepOnly(t *testing.T) {
	k := Keeper{Dir: filepath.Join(t.TempDir(), "checkpoints"), Keep: 9}
	m := trained(t, 1)
	for step := 1; step <= 4; step++ {
		_, err := k.Save(step, 2, m, state{step}, nil)
		require.NoError(t, err)
	}
	require.NoError(t, k.KeepOnly(5), "a checkpoint that does not exist")
	steps, err := k.Steps()
	require.NoError(t, err)
	require.Equal(t, []int{1, 2, 3, 4}, steps)
	require.NoError(t, os.WriteFile(filepath.Join(k.path(3), "note.txt"), nil, 0o600))
	require.NoError(t, k.KeepOnly(2))
	steps, err = k.Steps()
	require.NoError(t, err)
	require.Equal(t, []int{2, 3}, steps, "a folder with a foreign file stays")
	require.NoFileExists(t, filepath.Join(k.path(2), momentsFile))
	require.NoError(t, atomicfile.CheckFolder(k.path(2)))
	got, err := ReadModel(k.path(2))
	require.NoError(t, err)
	require.Equal(t, m.Store.Values(), got.Store.Values())
	require.True(t, IsCheckpoint(k.path(2)))
}
