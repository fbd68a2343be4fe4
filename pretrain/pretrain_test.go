package pretrain

import (
	"bytes"
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"gorgpt/train"
)

// minute returns options for a run of one second over a book in a new folder, which becomes the
// working directory.
func minute(t *testing.T) *Options {
	t.Helper()
	t.Chdir(t.TempDir())
	book := strings.Repeat("The sun shines. It rains, and the road is wet.\n\nAnna sees a small boat.\n", 40)
	require.NoError(t, os.WriteFile("book.txt", []byte(book), 0o600))
	s, err := Defaults("tiny")
	require.NoError(t, err)
	s.Data, s.Vocab, s.Ctx = []string{"book.txt"}, 90, 8
	s.Batch, s.Micro, s.Steps, s.Epochs = 2, 2, 4, 0
	return &s
}

// notes returns a listener that writes all events except progress to w.
func notes(w io.Writer) train.Listener {
	lines := train.Lines(w)
	return train.Listener{Report: func(e train.Event) {
		if _, progress := e.(Reading); !progress {
			lines.Send(e)
		}
	}}
}

// quiet returns a listener that ignores all events.
func quiet() train.Listener { return train.Listener{} }

// stopping stops the run after its first update.
type stopping struct{ stop func() }

func (s stopping) Updated(train.Update) error {
	s.stop()
	return nil
}

func (stopping) Evaluated(int, []train.Metric) error { return nil }

func TestOnlyCompletedRunsCount(t *testing.T) {
	s := minute(t)
	newest, err := Newest("")
	require.NoError(t, err)
	require.Empty(t, newest, "there are no runs")

	ctx, stop := context.WithCancel(context.Background())
	con := quiet()
	con.Observers = []train.Observer{stopping{stop}}
	again := *s
	r, err := Run(ctx, *s, con)
	dir := r.Dir
	require.ErrorIs(t, err, context.Canceled)
	require.Equal(t, filepath.Join("runs", "tiny"), dir)
	require.FileExists(t, filepath.Join(dir, "model.safetensors"), "its weights are kept")
	newest, err = Newest("")
	require.NoError(t, err)
	require.Empty(t, newest, "an interrupted run does not count")
	any, kind, err := NewestOfAny()
	require.NoError(t, err)
	require.Equal(t, filepath.Join(dir, "checkpoints"), filepath.Dir(any), "NewestOfAny finds its checkpoint")
	require.FileExists(t, filepath.Join(any, "model.safetensors"))
	require.Equal(t, Unfinished, kind)

	out := new(bytes.Buffer)
	con = quiet()
	con = notes(out)
	first := again
	dir, err = NewestOrNew(context.Background(), first, con)
	require.NoError(t, err)
	require.Equal(t, filepath.Join("runs", "tiny-2"), dir)
	require.Contains(t, out.String(), "no completed pre-training under runs/: pre-training tiny first")

	out.Reset()
	found, err := NewestOrNew(context.Background(), again, con)
	require.NoError(t, err)
	require.Equal(t, dir, found)
	require.Empty(t, out.String(), "nothing is trained")
}

// Only folders with a completed pre-training count as completed.
func TestCompleted(t *testing.T) {
	for _, c := range []struct {
		name  string
		files map[string]string
		want  bool
	}{
		{"completed", map[string]string{"run.json": `{"command": "train", "completed": true}`}, true},
		{"interrupted", map[string]string{"run.json": `{"command": "train", "completed": false}`, "sample.txt": ""}, false},
		{"fine-tuning", map[string]string{"run.json": `{"command": "finetune", "completed": true}`}, false},
		{"older version", map[string]string{"run.json": `{"command": "train"}`, "sample.txt": ""}, true},
		{"older version, interrupted", map[string]string{"run.json": `{"command": "train"}`}, false},
		{"damaged", map[string]string{"run.json": `{`}, false},
		{"no record", nil, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			for name, content := range c.files {
				require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600))
			}
			require.Equal(t, c.want, completed(dir, func(run) bool { return true }))
		})
	}
}

func TestNewest(t *testing.T) {
	t.Chdir(t.TempDir())
	for i, name := range []string{"older", "newest", "oldest", "without weights"} {
		dir := filepath.Join("runs", name)
		require.NoError(t, os.MkdirAll(dir, 0o700))
		require.NoError(t, os.WriteFile(filepath.Join(dir, "run.json"), []byte(`{"command": "train", "completed": true}`), 0o600))
		if i == 3 {
			continue
		}
		weights := filepath.Join(dir, "model.safetensors")
		require.NoError(t, os.WriteFile(weights, nil, 0o600))
		at := time.Now().Add(-time.Duration([]int{1, 0, 2}[i]) * time.Hour)
		require.NoError(t, os.Chtimes(weights, at, at))
	}
	newest, err := Newest("")
	require.NoError(t, err)
	require.Equal(t, filepath.Join("runs", "newest"), newest)
}

// NewestOfAny prefers a completed run to an incomplete one, and that to a fine-tuned model,
// whatever their age.
func TestNewestOfAny(t *testing.T) {
	t.Chdir(t.TempDir())
	dir, _, err := NewestOfAny()
	require.NoError(t, err)
	require.Empty(t, dir)
	age := 10
	put := func(name, record string) {
		t.Helper()
		require.NoError(t, os.MkdirAll(name, 0o700))
		require.NoError(t, os.WriteFile(filepath.Join(name, "run.json"), []byte(record), 0o600))
		weights := filepath.Join(name, "model.safetensors")
		require.NoError(t, os.WriteFile(weights, nil, 0o600))
		at := time.Now().Add(time.Duration(age) * time.Hour)
		require.NoError(t, os.Chtimes(weights, at, at))
		age--
		dir, kind, err := NewestOfAny()
		require.NoError(t, err)
		require.Equal(t, name, dir)
		require.NotEmpty(t, kind)
	}
	put("runs/tuned", `{"command": "finetune", "completed": true}`)
	put("runs/a-stopped", `{"command": "train", "completed": false}`)
	put("runs/completed", `{"command": "train", "completed": true}`)
	age = 20
	require.NoError(t, os.MkdirAll("runs/z-tuned", 0o700))
	require.NoError(t, os.WriteFile("runs/z-tuned/run.json", []byte(`{"command": "finetune"}`), 0o600))
	require.NoError(t, os.WriteFile("runs/z-tuned/model.safetensors", nil, 0o600))
	put("runs/newer", `{"command": "train", "completed": true}`)
	require.NoError(t, os.RemoveAll("runs/newer"))
	require.NoError(t, os.RemoveAll("runs/completed"))
	put("runs/z-stopped", `{"command": "train", "completed": false}`)
}

func TestWarmup(t *testing.T) {
	for _, c := range []struct {
		name          string
		warmup, steps int
		want          int
	}{
		{"of the recipe", train.Auto, 5000, 200},
		{"a fifth of a short run", train.Auto, 50, 10},
		{"of one update at least", train.Auto, 2, 1},
		{"as asked for", 40, 50, 40},
		{"none", 0, 50, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, err := Defaults("tiny")
			require.NoError(t, err)
			s.Warmup, s.Steps = c.warmup, c.steps
			s, err = s.warmedUp()
			require.NoError(t, err)
			require.Equal(t, c.want, s.Warmup)
		})
	}
	s := Options{Warmup: 51, Options: train.Options{Steps: 50}}
	_, err := s.warmedUp()
	require.EqualError(t, err, "Warmup of 51 updates is longer than the run of 50")
}
