package ablate

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"gorgpt/finetune"
	"gorgpt/heads"
	"gorgpt/internal/results"
	"gorgpt/loaders"
)

// tags returns a set whose rows have none, one or both of two labels, each of which depends on one word. All
// texts differ.
func tags(t *testing.T) *Set {
	t.Helper()
	rows := func(from, to int) (all []loaders.Row) {
		for i := from; i < to; i++ {
			words, labels := []string{"bad", "dry"}, []string{}
			for k, word := range []string{"good", "wet"} {
				if i*i/(3+k)%3 == 1 {
					words[k], labels = word, append(labels, word)
				}
			}
			text := fmt.Sprintf("the film was %s and it is %s", words[0], words[1])
			for bit := range 6 {
				text += []string{" it", " ."}[i>>bit&1]
			}
			all = append(all, loaders.Row{
				Path: "tags", Line: i + 1, Texts: []string{text},
				Label: loaders.Label{Text: cmp.Or(strings.Join(labels, "|"), "|")},
			})
		}
		return all
	}
	d := &finetune.Data{Name: "tags", Train: rows(0, 32), Dev: rows(32, 48), Test: rows(48, 64)}
	var err error
	d.Spec, err = finetune.Learn(heads.MultiLabel, d.Train)
	require.NoError(t, err)
	s := finetune.Defaults()
	s.Task, s.Epochs, s.Batch, s.LR = heads.MultiLabel, 2, 8, 0.01
	return &Set{Name: "tags", Options: s, Data: d}
}

// completed runs a grid and returns its results.
func completed(t *testing.T, g *Grid, dir string) map[ID]Result {
	t.Helper()
	run(t, g, dir)
	log, err := OpenLog(dir)
	require.NoError(t, err)
	all, err := log.All()
	require.NoError(t, err)
	for id, r := range all {
		r.Seconds = 0
		r.ID = ID{}
		all[id] = r
	}
	return all
}

// thresholds returns the thresholds of a kept run.
func thresholds(t *testing.T, dir string) []float64 {
	t.Helper()
	b, err := finetune.ReadBase(dir)
	require.NoError(t, err)
	return b.Spec().Thresholds
}

// A run that is not kept has the thresholds of one that is, whose folder is that of a fine-tuning.
func TestThresholdsWithAndWithoutFolders(t *testing.T) {
	dir := t.TempDir()
	g := Grid{Base: minuteBase(t), Sets: []*Set{tags(t)}, Variants: []Variant{Full, Scratch}, Seeds: 1, Keep: dir}
	kept := completed(t, grid(t, g), dir)
	require.Len(t, kept, 2)
	require.NotEqual(t, []float64{0.5, 0.5}, thresholds(t, filepath.Join(dir, "tags-full-all-1")))
	g.Keep = ""
	require.Equal(t, kept, completed(t, grid(t, g), t.TempDir()))
}

// The pooled predictions are those that each fold's model writes to its folder.
func TestFoldsPoolTheDecisionsOfTheirModels(t *testing.T) {
	dir, set := t.TempDir(), tags(t)
	set.Data.Test = nil
	g := grid(t, Grid{Base: minuteBase(t), Sets: []*Set{set}, Variants: []Variant{Full}, Seeds: 1, Folds: 2, Keep: dir})
	done := completed(t, g, dir)
	trials, err := g.trials()
	require.NoError(t, err)
	pooled, err := set.pool(trials, done)
	require.NoError(t, err)
	for i, r := range trials {
		folder := r.options(dir).Out
		require.NotEqual(t, []float64{0.5, 0.5}, thresholds(t, folder))
		table, err := os.ReadFile(filepath.Join(folder, "predictions.tsv"))
		require.NoError(t, err)
		lines := strings.Split(strings.TrimSpace(string(table)), "\n")[1:]
		require.Len(t, lines, 16)
		for k, row := range set.parts[0][i].rows {
			require.Equal(t, strings.Split(lines[k], "\t")[2], pooled.Predictions[row].Predicted)
		}
	}
	require.Nil(t, pooled.Report("pooled", 1).Calibration)
}

// Lines of earlier versions, whose thresholds depended on Keep, are not used. Those of other tasks are.
func TestLinesWithOtherThresholdsAreNotUsed(t *testing.T) {
	dir := t.TempDir()
	g := grid(t, Grid{Base: minuteBase(t), Sets: []*Set{tags(t), films(t, heads.Classification, 24)}, Variants: []Variant{Full}, Seeds: 1})
	require.Len(t, run(t, g, dir), 2)
	path := filepath.Join(dir, results.File)
	lines, err := os.ReadFile(path)
	require.NoError(t, err)
	earlier := bytes.ReplaceAll(lines, []byte(`,"fitted":true`), nil)
	require.Equal(t, 1, bytes.Count(lines, []byte("fitted")))
	require.NoError(t, os.WriteFile(path, earlier, 0o600))
	progress := run(t, g, dir)
	require.Len(t, progress, 2)
	require.Contains(t, progress[0], ": 1 of 2")
	require.Contains(t, progress[1], "tags, pre-trained, seed 1: ")

	trials, err := g.trials()
	require.NoError(t, err)
	text, err := json.Marshal(trials[1].id)
	require.NoError(t, err)
	var fields map[string]json.RawMessage
	require.NoError(t, json.Unmarshal(text, &fields))
	require.Len(t, fields, 4, "as before")
}
