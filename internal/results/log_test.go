package results_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/pkg/errors"
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

	require.NoError(t, os.WriteFile(log.Path, []byte("{}\n{\"Name\"\n{}\n"), 0o600))
	_, err = open(dir)
	require.ErrorContains(t, err, "results.jsonl:2: the line is not a finished run: remove it")
}

// A process that was killed has left half a line, or one without its end.
func TestLastLineThatWasCutOffIsMendedAndNothingElseIsLost(t *testing.T) {
	long := strings.Repeat("x", 10_000) // more than is read of the end at a time
	for name, c := range map[string]struct {
		tail string
		kept []string
	}{
		"nothing":            {"", nil},
		"half a line":        {`{"Name":"cut`, nil},
		"half a long line":   {`{"Name":"` + long, nil},
		"a line without end": {`{"Name":"whole","Score":4}`, []string{"whole"}},
		"a long one":         {`{"Name":"` + long + `","Score":4}`, []string{long}},
		"one byte":           {`{`, nil},
	} {
		for _, head := range []string{"", "{\"Name\":\"a\",\"Score\":1}\n\n{\"Name\":\"b\",\"Score\":2}\n"} {
			t.Run(name, func(t *testing.T) {
				dir := t.TempDir()
				require.NoError(t, os.WriteFile(filepath.Join(dir, results.File), []byte(head+c.tail), 0o600))
				want := append([]string{}, c.kept...)
				if head != "" {
					want = append(want, "a", "b")
				}
				log, err := open(dir)
				require.NoError(t, err)
				require.ElementsMatch(t, want, keys(t, log))
				require.NoError(t, log.Add(run{"new", 5}))
				require.NoError(t, log.Add(run{"newer", 5}))
				require.ElementsMatch(t, append(want, "new", "newer"), keys(t, log))
				data, err := os.ReadFile(log.Path)
				require.NoError(t, err)
				require.True(t, strings.HasPrefix(string(data), head), "what was there is untouched")
			})
		}
	}
}

func keys(t *testing.T, log *results.Log[string, run]) []string {
	t.Helper()
	all, err := log.All()
	require.NoError(t, err)
	return slices.Collect(maps.Keys(all))
}

// addMany is the environment variable by which the test runs itself as a process that adds.
const addMany = "GORGPT_TEST_ADD_RESULTS"

func TestManyProcessesAndGoroutinesLoseNoRun(t *testing.T) {
	const writers, each = 4, 25
	add := func(dir, name string) error {
		log, err := open(dir)
		for i := range each {
			if err == nil {
				err = log.Add(run{fmt.Sprintf("%s-%d", name, i), float64(i)})
			}
		}
		return err
	}
	if dir := os.Getenv(addMany); dir != "" {
		require.NoError(t, add(dir, fmt.Sprint(os.Getpid())))
		return
	}
	dir := t.TempDir()
	done := make(chan error)
	for i := range writers {
		go func() { done <- add(dir, fmt.Sprintf("goroutine %d", i)) }()
		go func() {
			cmd := exec.Command(os.Args[0], "-test.run=^"+t.Name()+"$")
			cmd.Env = append(os.Environ(), addMany+"="+dir)
			out, err := cmd.CombinedOutput()
			done <- errors.WithMessage(err, string(out))
		}()
	}
	for range 2 * writers {
		require.NoError(t, <-done)
	}
	log, err := open(dir)
	require.NoError(t, err)
	require.Len(t, keys(t, log), 2*writers*each)
}

func TestLinksAndFoldersAreNotWrittenTo(t *testing.T) {
	for name, c := range map[string]struct {
		put  func(path, precious string) error
		want string
	}{
		"link":   {func(path, precious string) error { return os.Symlink(precious, path) }, "is a link, which is never written through"},
		"folder": {func(path, _ string) error { return os.Mkdir(path, 0o700) }, "not a regular file, but a folder"},
	} {
		for _, file := range []string{results.File, ".results.lock"} {
			t.Run(name, func(t *testing.T) {
				dir, precious := t.TempDir(), filepath.Join(t.TempDir(), "precious")
				log, err := open(dir)
				require.NoError(t, err)
				require.NoError(t, c.put(filepath.Join(dir, file), precious))
				require.ErrorContains(t, log.Add(run{"a", 1}), c.want)
				_, err = open(dir)
				require.ErrorContains(t, err, c.want)
				require.NoFileExists(t, precious)
			})
		}
	}
}

func TestNumbersThatAreNotFiniteAreKept(t *testing.T) {
	for text, x := range map[string]float64{`"NaN"`: math.NaN(), `"+Inf"`: math.Inf(1), `"-Inf"`: math.Inf(-1), "0.25": 0.25} {
		data, err := json.Marshal(results.Number(x))
		require.NoError(t, err)
		require.Equal(t, text, string(data))
		var back results.Number
		require.NoError(t, json.Unmarshal(data, &back))
		require.Equal(t, fmt.Sprint(x), fmt.Sprint(float64(back)))
	}
	require.ErrorContains(t, json.Unmarshal([]byte(`"many"`), new(results.Number)), `"many" is not a number`)
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
