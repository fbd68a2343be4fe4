package results_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"gorgpt/internal/results"
)

type run struct {
	Name  string
	Score float64
}

func open(dir string) (*results.Log[string, run], error) {
	return results.Open(dir, func(r run) string { return r.Name })
}

func TestLog(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new")
	log, err := open(dir)
	require.NoError(t, err)
	require.NoError(t, log.Add(run{"a", 1}))
	require.NoError(t, log.Add(run{"b", 2}))
	require.NoError(t, log.Add(run{"a", 3}))
	again, err := open(dir)
	require.NoError(t, err)
	all, err := again.All()
	require.NoError(t, err)
	require.Equal(t, map[string]run{"a": {"a", 1}, "b": {"b", 2}}, all, "the first line counts")

	require.NoError(t, os.WriteFile(log.Path, []byte("{}\n{\"Name\""), 0o600))
	_, err = open(dir)
	require.ErrorContains(t, err, "results.jsonl:2: this is no finished run: remove the line")
}

func Example() {
	dir, err := os.MkdirTemp("", "results")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	log, err := open(dir)
	if err == nil {
		err = log.Add(run{"full", 0.9})
	}
	all, _ := log.All()
	fmt.Println(all, err)
	// Output: map[full:{full 0.9}] <nil>
}
