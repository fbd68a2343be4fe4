package finetunecmd

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"gorgpt/controls"
	"gorgpt/finetune"
	"gorgpt/loaders"
)

func TestVerdict(t *testing.T) {
	o := opponent{name: "bag of words", score: controls.Score{Rows: 100, Value: 0.8}, set: "test"}
	for value, want := range map[float64]string{
		1:    ": the model is better",
		0.95: "control bag of words: 80.0, the model: 95.0 on the same 100 test rows (noise ±4.9): the model is better",
		0.83: ": the control does as well, so single words decide. Label more rows, or",
		0.78: ": the control does as well, so single words decide. Label more rows, or",
		0.5:  ": the control is better. Label more rows, or",
	} {
		require.Contains(t, o.verdict(value, noiseOfShare(value, 100)), want)
	}
	o.score.Value = 1
	require.Regexp(t, "the control does as well, so single words decide, and a bag of words is the simpler choice$", o.verdict(1, noiseOfShare(1, 100)), "more rows would not help")
}

// Of 10,001 rows without correlation, two standard deviations of r are 2/√10,000.
func TestNoise(t *testing.T) {
	require.InDelta(t, 0.02, noiseOfCorrelation(0, 10_001), 1e-12)
	require.InDelta(t, 0.015, noiseOfCorrelation(-0.5, 10_001), 1e-12)
	require.InDelta(t, 0.01, noiseOfShare(0.5, 9_996), 1e-12)
	require.Positive(t, noiseOfShare(1, 30))
}

func TestControlsRunByThemselvesOnSmallSets(t *testing.T) {
	rows := func(n, bytes, texts int) *finetune.Data {
		text := strings.Repeat("a ", bytes/2)
		return &finetune.Data{Dev: []loaders.Row{{}}, Train: slicesOf(n, loaders.Row{Texts: slicesOf(texts, text)})}
	}
	require.True(t, small(rows(2000, 100, 1)))
	require.False(t, small(rows(2001, 100, 1)), "many rows")
	require.False(t, small(rows(1000, 2000, 1)), "much text")
	require.False(t, small(rows(1000, 100, 2)), "many pairs of words")
	without := rows(10, 10, 1)
	without.Dev = nil
	require.False(t, small(without), "controls need development rows")
}

func slicesOf[T any](n int, x T) []T {
	all := make([]T, n)
	for i := range all {
		all[i] = x
	}
	return all
}

// A small table, by default: the controls are printed and compared with the model, the run ends early, and
// one checkpoint without moments remains.
func TestSmallTable(t *testing.T) {
	dir := workplace(t, "classification")
	flags := []string{"-task", "classification", "-model", "m", "-train", "train.jsonl", "-dev", "dev.jsonl", "-out", "out", "-class-weights", "balanced", "-steps", "60"}
	status, stdout, stderr := command(t, dir, append(flags, "-patience", "3")...)
	require.Zero(t, status, stderr)
	require.Contains(t, stdout, "controls fitted on ")
	require.Regexp(t, `control [a-z ]+: \d+\.\d, the model: \d+\.\d on the same 20 dev rows \(noise ±`, stdout)
	require.Contains(t, stdout, "before fine-tuning, the model's perplexity on these texts is ")
	require.Contains(t, read(t, dir, "out/run.json"), `"class_weights": "balanced"`)
	require.Contains(t, read(t, dir, "out/run.json"), `"keep": "best"`)
	var last, of, best int
	if _, after, early := strings.Cut(stdout, "ended after update "); early {
		_, err := fmt.Sscanf(after, "%d of %d, because the last 3 evaluations were not better than the one after update %d", &last, &of, &best)
		require.NoError(t, err)
		require.Equal(t, last-3*3, best, "three evaluations of a twentieth of 60 updates")
	}
	left, err := os.ReadDir(filepath.Join(dir, "out", "checkpoints"))
	require.NoError(t, err)
	require.Len(t, left, 1)
	require.NoFileExists(t, filepath.Join(dir, "out", "checkpoints", left[0].Name(), "adam.safetensors"))
	require.Contains(t, read(t, dir, "out/loss.svg"), ">acc<", "the measure is plotted")

	status, stdout, stderr = command(t, dir, "-resume", "out")
	require.Zero(t, status, stderr)
	require.Equal(t, "the run in out is complete: nothing to do\n", stdout)
	status, _, stderr = command(t, dir, "-config", "out/run.json", "-out", "again")
	require.Zero(t, status, stderr)
	require.Equal(t, read(t, dir, "out/model.safetensors"), read(t, dir, "again/model.safetensors"))

	status, _, stderr = command(t, dir, append(flags, "-class-weights", "some")...)
	require.Equal(t, 2, status)
	require.Contains(t, stderr, `-class-weights must be balanced or none, not "some"`)
}
