//go:build unix

package endurance

import (
	"bytes"
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/stretchr/testify/require"

	"gorgpt/checkpoint"
	"gorgpt/internal/atomicfile"
)

// whole checks that a run folder opens: what has its final name is complete.
func (r *rig) whole(out string) {
	r.t.Helper()
	dir := filepath.Join(r.dir, out)
	for _, name := range []string{"run.json", "config.json", "vocab.json", "tokenizer.json"} {
		data, err := os.ReadFile(filepath.Join(dir, name))
		if os.IsNotExist(err) {
			continue // not yet
		}
		require.NoError(r.t, err)
		require.True(r.t, json.Valid(data), name)
	}
	if _, err := os.Stat(filepath.Join(dir, checkpoint.WeightsFile)); err == nil {
		_, err := checkpoint.ReadModel(dir)
		require.NoError(r.t, err)
	}
	steps, err := filepath.Glob(filepath.Join(dir, "checkpoints", "step-*"))
	require.NoError(r.t, err)
	for _, path := range steps {
		require.NoError(r.t, atomicfile.CheckFolder(path))
		_, err := checkpoint.ReadModel(path)
		require.NoError(r.t, err)
	}
	r.metrics(out)
}

// timings are what equal runs do not have in common.
var timings = regexp.MustCompile(`"(tok_s|elapsed_s)": ?[0-9.e+-]+`)

// metrics are the lines of a run folder without timings; the last may be cut off. No update
// has two lines, and none is missing.
func (r *rig) metrics(out string) []string {
	r.t.Helper()
	data, err := os.ReadFile(filepath.Join(r.dir, out, "metrics.jsonl"))
	if os.IsNotExist(err) {
		return nil
	}
	require.NoError(r.t, err)
	lines := strings.Split(string(data), "\n")
	lines = lines[:len(lines)-1] // empty, or cut off
	last := 0
	for i, line := range lines {
		var u struct {
			Step int
			Loss *float64
		}
		require.NoError(r.t, json.Unmarshal([]byte(line), &u), line)
		if u.Loss != nil {
			last++
			require.Equal(r.t, last, u.Step)
		}
		lines[i] = timings.ReplaceAllString(line, "")
	}
	return lines
}

// same compares two finished run folders, file by file.
func (r *rig) same(want, got string) {
	r.t.Helper()
	require.Equal(r.t, r.metrics(want), r.metrics(got))
	compared := 0
	root := filepath.Join(r.dir, want)
	require.NoError(r.t, filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		require.NoError(r.t, err)
		name, err := filepath.Rel(root, path)
		require.NoError(r.t, err)
		switch {
		case d.IsDir(), d.Name() == ".lock", d.Name() == "metrics.jsonl", d.Name() == atomicfile.SumsFile: // of timings
			return nil
		}
		one, err := os.ReadFile(path)
		require.NoError(r.t, err)
		two, err := os.ReadFile(filepath.Join(r.dir, got, name))
		require.NoError(r.t, err)
		if d.Name() == "state.json" {
			one, two = timings.ReplaceAll(one, nil), timings.ReplaceAll(two, nil)
		}
		require.True(r.t, bytes.Equal(one, two), "%s differs", name)
		compared++
		return nil
	}))
	require.Greater(r.t, compared, 10)
	hidden, err := filepath.Glob(filepath.Join(r.dir, got, "checkpoints", ".*"))
	require.NoError(r.t, err)
	require.Empty(r.t, hidden, "what was not finished is swept away")
}
