package runs

import (
	"encoding/json"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"gorgpt/train"
)

// write writes files by name below a new folder and opens it.
func write(t testing.TB, files map[string]string) (*Folder, string) {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		path := filepath.Join(dir, filepath.FromSlash(name))
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o700))
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	}
	f, err := Open(dir)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, f.Close()) })
	return f, dir
}

const record = `{"format": 2, "command": "train", "completed": true, "settings": {"lr": 0.003, "preset": "tiny", "deep": {"a": [1, 2]}, "derived": "lr"}, "data": {"unigram_ppl": 8}, "parameters": 7}`

func TestList(t *testing.T) {
	f, _ := write(t, map[string]string{
		"a/run.json": record, "a/config.json": `{"vocab_size": 100}`, "a/checkpoints/step-1/run.json": record, "a/metrics.jsonl": "",
		"deep/er/b/run.json": strings.Replace(record, "true", "false", 1), "broken/run.json": `{"settings": 3`, "other/file.txt": "x",
		"1/2/3/4/5/6/run.json": record,
	})
	all, more, err := f.List()
	require.NoError(t, err)
	require.False(t, more)
	var names []string
	for _, r := range all {
		names = append(names, r.Name)
	}
	require.Equal(t, []string{"a", "broken", "deep/er/b"}, names)
	a := all[0]
	require.NoError(t, a.Err)
	require.WithinDuration(t, time.Now(), a.Changed, time.Hour)
	a.Changed = time.Time{}
	require.Equal(t, Run{
		Name: "a", Command: "train", Completed: true, Parameters: 7, Settings: map[string]string{"lr": "0.003", "preset": "tiny", "deep.a": "[1,2]"},
		Facts: map[string]string{"unigram_ppl": "8"}, Uniform: math.Log(100), Unigram: math.Log(8),
	}, a)
	require.ErrorContains(t, all[1].Err, "run.json")
	require.False(t, all[2].Completed)
	require.Zero(t, all[2].Uniform)
}

func TestNothingOutsideIsRead(t *testing.T) {
	f, dir := write(t, map[string]string{"a/run.json": record})
	outside := filepath.Join(t.TempDir(), "metrics.jsonl")
	require.NoError(t, os.WriteFile(outside, []byte(`{"step":1,"loss":1}`+"\n"), 0o600))
	require.NoError(t, os.Symlink(outside, filepath.Join(dir, "a", "metrics.jsonl")))
	require.NoError(t, os.Symlink(filepath.Dir(outside), filepath.Join(dir, "link")))
	for _, name := range []string{"a", "link", "../" + filepath.Base(filepath.Dir(outside)), filepath.Dir(outside)} {
		_, err := f.Metrics(name, 0)
		require.Error(t, err, name)
	}
	require.NoError(t, os.Remove(filepath.Join(dir, "a", "metrics.jsonl")))
	require.NoError(t, syscall.Mkfifo(filepath.Join(dir, "a", "metrics.jsonl"), 0o600))
	_, err := f.Metrics("a", 0) // and does not wait for the other end
	require.ErrorContains(t, err, "pipe")
	_, err = f.Metrics("none", 0)
	require.ErrorIs(t, err, fs.ErrNotExist)
}

// What the trainer writes is read, in parts or at once.
func TestMetrics(t *testing.T) {
	var b strings.Builder
	w := train.Metrics{W: &b}
	for step := 1; step <= 5; step++ {
		require.NoError(t, w.Updated(train.Update{Step: step, Loss: 1 / float64(step), LR: 0.1, GradNorm: math.Inf(1), Tokens: 64 * int64(step), Elapsed: time.Second}))
		if step%2 == 0 {
			require.NoError(t, w.Evaluated(step, []train.Metric{{Name: "val_loss", Value: math.NaN()}, {Name: "val_ppl", Value: 3}}))
		}
	}
	text := b.String()
	f, dir := write(t, map[string]string{"a/metrics.jsonl": text + `{"step":6,"lo`})
	m, err := f.Metrics("a", 0)
	require.NoError(t, err)
	require.Zero(t, m.Damaged)
	require.EqualValues(t, len(text), m.Next)
	require.Len(t, m.Tables, 2)
	require.Equal(t, []int64{1, 2, 3, 4, 5}, m.Tables[0].Steps)
	require.Equal(t, Column{1, 0.5, 1 / 3.0, 0.25, 0.2}, m.Tables[0].Column("loss"))
	require.Equal(t, "val_loss", m.Tables[1].Kind)
	require.Equal(t, Column{3, 3}, m.Tables[1].Column("val_ppl"))
	data, err := json.Marshal(m)
	require.NoError(t, err)
	require.Contains(t, string(data), `"names":["val_loss","val_ppl"],"columns":[[null,null],[3,3]]`)
	require.Contains(t, string(data), `[1,0.5,0.3333333,0.25,0.2]`)

	require.NoError(t, os.WriteFile(filepath.Join(dir, "a", "metrics.jsonl"), []byte(text+`{"step":6,"loss":2,"extra":3}`+"\n"), 0o600))
	later, err := f.Metrics("a", m.Next)
	require.NoError(t, err)
	require.Equal(t, m.Next, later.From)
	require.Equal(t, []*Table{{Kind: "loss", Steps: []int64{6}, Names: []string{"loss", "extra"}, Columns: []Column{{2}, {3}}}}, later.Tables)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "a", "metrics.jsonl"), []byte("{}\nno\n"), 0o600))
	again, err := f.Metrics("a", later.Next)
	require.NoError(t, err)
	require.Zero(t, again.From, "the file has become shorter")
	require.Equal(t, 2, again.Damaged)
}

func TestReport(t *testing.T) {
	f, _ := write(t, map[string]string{
		"a/report.json": `{"format": 1, "sets": [{"set": "test", "rows": 9, "classes": [{"label": "<b>", "f1": 0.5}], "measures": [{"name": "acc", "value": 0.7}]}]}`,
		"a/sample.txt":  "one day\xff", "a/samples/step-000000200.txt": "two", "a/samples/step-000000030.txt": "one", "a/samples/notes.txt": "no sample",
		"b/report.json": `[]`, "c/run.json": "{}",
	})
	r, err := f.Report("a")
	require.NoError(t, err)
	require.Equal(t, Report{Samples: []Sample{{30, "one"}, {200, "two"}, {0, "one day\uFFFD"}}, Sets: []Set{{Set: "test", Rows: 9, Classes: []Class{{Label: "<b>", F1: 0.5}}, Measures: []Measure{{Name: "acc", Value: 0.7}}}}}, r)
	_, err = f.Report("b")
	require.ErrorContains(t, err, "report.json")
	r, err = f.Report("c")
	require.NoError(t, err)
	require.Empty(t, r)
}

// All that is read is JSON with the same values, and columns have equal lengths.
func FuzzMetrics(f *testing.F) {
	for _, line := range []string{`{"step":1,"loss":2}`, `{"step":1,"loss":"NaN","lr":1e-5}`, `{"step":1,"loss":0x1p-2}`, `{"step":1,"a":1,"a":2}`, `{"step":-1,"a":1}`, `{"step":1,"a\"b":1}`, "{\"step\":1,\"a\":1}\n{\"step\":2,\"b\":1,\"a\":3}"} {
		f.Add([]byte(line))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		m := parse(data)
		for _, table := range m.Tables {
			for _, c := range table.Columns {
				require.Len(t, c, len(table.Steps))
			}
		}
		if _, measures, ok := parseLine(data, nil); ok {
			for _, x := range measures {
				require.NotContains(t, string(x.name), `"`)
			}
		}
	})
}

func BenchmarkMetrics(b *testing.B) {
	var text strings.Builder
	w := train.Metrics{W: &text}
	for step := range 100_000 {
		require.NoError(b, w.Updated(train.Update{Step: step, Loss: 1 / float64(step+3), LR: 0.00012345678, GradNorm: 1.2345678, Tokens: int64(step), TokS: 1234.5, Elapsed: time.Second}))
	}
	data := []byte(text.String())
	b.SetBytes(int64(len(data)))
	for b.Loop() {
		m := parse(data)
		out, err := json.Marshal(m)
		require.NoError(b, err)
		b.ReportMetric(float64(len(out)), "bytes")
	}
}
