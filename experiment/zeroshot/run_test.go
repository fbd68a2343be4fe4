package zeroshot

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// The folder of a run is the state after its last update, or after the update whose weights patience kept.
func TestFind(t *testing.T) {
	for _, c := range []struct {
		kept  string
		want  []int
		where int // among them, the folder of the run
	}{{``, []int{2, 4, 8}, 2}, {`, "kept_update": 3`, []int{2, 3, 4}, 1}, {`, "kept_update": 4`, []int{2, 4}, 1}} {
		record := `{"command": "train", "completed": true, "settings": {"steps": 8}` + c.kept + `}`
		dir := t.TempDir()
		require.NoError(t, os.WriteFile(filepath.Join(dir, "run.json"), []byte(record), 0o600))
		for _, state := range []string{"step-000000002", "step-000000004"} {
			require.NoError(t, os.MkdirAll(filepath.Join(dir, "history", state), 0o700))
		}
		run, err := Find(dir)
		require.NoError(t, err)
		var steps []int
		for _, s := range run.States {
			steps = append(steps, s.Step)
		}
		require.Equal(t, c.want, steps)
		require.Equal(t, dir, run.States[c.where].Dir)
	}
}
