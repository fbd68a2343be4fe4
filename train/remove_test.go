package train

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"gorgpt/internal/atomicfile"
)

// A removal that stops in the middle leaves no half of a checkpoint, and can be repeated.
func TestRemovalThatStopsLeavesNoHalfCheckpoint(t *testing.T) {
	dir := t.TempDir()
	plant(t, dir, RecordFile, "metrics.jsonl", "samples/step-000000001.txt")
	step := filepath.Join(dir, "checkpoints", "step-000000004")
	require.NoError(t, os.MkdirAll(filepath.Dir(step), 0o755))
	require.NoError(t, atomicfile.WriteFolder(step, nil, func(f *atomicfile.Folder) error { return nil }))
	// A folder in the place of a file stops the removal there.
	there, err := names{}.find(dir)
	require.NoError(t, err)
	require.NoError(t, os.Remove(filepath.Join(dir, "samples", "step-000000001.txt")))
	plant(t, dir, "samples/step-000000001.txt/precious")
	require.Error(t, there.remove(dir))
	require.NoDirExists(t, step)
	require.FileExists(t, filepath.Join(dir, RecordFile), "without it the rest is not recognized")
	require.FileExists(t, filepath.Join(dir, "samples", "step-000000001.txt", "precious"))
}
