package train

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"gorgpt/internal/atomicfile"
)

// A removal that fails midway leaves no incomplete checkpoint and keeps the record.
func TestFailedRemovalLeavesNoIncompleteCheckpoint(t *testing.T) {
	dir := t.TempDir()
	plantRun(t, dir, "train", "metrics.jsonl", "model.safetensors", "samples/step-000000001.txt")
	r, err := ReadRecord(dir)
	require.NoError(t, err)
	r.Completed, r.Kept = true, 3
	require.NoError(t, r.write(dir))
	step := filepath.Join(dir, "checkpoints", "step-000000004")
	require.NoError(t, os.MkdirAll(filepath.Dir(step), 0o755))
	require.NoError(t, atomicfile.WriteFolder(step, nil, func(f *atomicfile.Folder) error { return nil }))
	// A folder with the name of a file makes the removal fail.
	there, err := names{}.find(dir)
	require.NoError(t, err)
	require.NoError(t, os.Remove(filepath.Join(dir, "samples", "step-000000001.txt")))
	plant(t, dir, "samples/step-000000001.txt/precious")
	require.Error(t, there.remove(dir))
	require.NoFileExists(t, filepath.Join(dir, "model.safetensors"), "weights without checkpoints could not be resumed")
	require.NoDirExists(t, step)
	r, err = ReadRecord(dir)
	require.NoError(t, err, "the record identifies the other files")
	require.False(t, r.Completed, "a run without its weights could not be resumed")
	require.Zero(t, r.Kept)
	require.FileExists(t, filepath.Join(dir, "samples", "step-000000001.txt", "precious"))
}
