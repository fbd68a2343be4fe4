package ablate

import (
	"context"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"gorgpt/heads"
	"gorgpt/internal/results"
	"gorgpt/loaders"
	"gorgpt/loaders/ledger"
)

// different returns a set whose training rows differ in their texts, and which has no test rows.
func different(t *testing.T, kind heads.Kind, n int) *Set {
	t.Helper()
	s := films(t, kind, n)
	for i := range s.Data.Train {
		text := &s.Data.Train[i].Texts[0]
		for bit := range 6 {
			*text += []string{" wet", " dry"}[i>>bit&1]
		}
		if kind == heads.Regression {
			s.Data.Train[i].Texts[1] = *text + " it rains"
		}
	}
	s.Data.Test = nil
	return s
}

func TestCrossValidation(t *testing.T) {
	dir := t.TempDir()
	sets := []*Set{different(t, heads.Classification, 31), different(t, heads.Regression, 24)}
	sets[1].Data.Dev = nil
	g := grid(t, Grid{Base: minuteBase(t), Sets: sets, Variants: []Variant{Full, Scratch}, Seeds: 2, Folds: 2})
	lines := run(t, g, dir)
	require.Len(t, lines, 16, "2 sets, 2 variants, 2 seeds, 2 folds")
	require.Contains(t, lines[0], "1/16  classification, pre-trained, seed 1, fold 1: ")
	require.Contains(t, lines[15], "16/16  regression, no pre-training, seed 2, fold 2: ")
	require.Len(t, run(t, g, dir), 1, "all are completed")

	repeats, err := g.repeats()
	require.NoError(t, err)
	log, err := OpenLog(dir)
	require.NoError(t, err)
	done, err := log.All()
	require.NoError(t, err)
	for _, runs := range repeats {
		texts, right, n := map[string]bool{}, 0, 0
		for _, r := range runs {
			for _, row := range append(r.data.Train, r.data.Dev...) {
				texts[row.Texts[0]] = true
			}
			logits := done[r.id.key()].Logits
			for i, row := range r.data.Test {
				require.NotContains(t, append(r.data.Train, r.data.Dev...), row)
				if n++; r.set == sets[0] && r.data.Spec.Labels[largest(logits[i])] == row.Label.Text {
					right++
				}
			}
		}
		require.Equal(t, len(runs[0].set.Data.Train), n, "each row once")
		if runs[0].set == sets[0] {
			score, found, err := g.score(runs, done)
			require.NoError(t, err)
			require.True(t, found)
			require.InDelta(t, float64(right)/31, score, 1e-12)
		}
	}

	require.NoError(t, g.FitBagOfWords(t.Context()))
	table, err := g.Markdown(log)
	require.NoError(t, err)
	require.Contains(t, table, "Test accuracy in percent (for regression, Pearson's correlation times 100), by 2-fold cross-validation of the training rows: mean ± standard deviation of 2 seeds.\n")
	require.Regexp(t, `\| task +\| +pre-trained \| +no pre-training \| +majority \| +bag of words \|`, table)
	require.Regexp(t, `\n\| classification \| +[0-9.]+ ± [0-9.]+ \| +[0-9.]+ ± [0-9.]+ \| +61.3 \| +[0-9.]+ ± [0-9.]+ \|\n`, table)
	require.Regexp(t, `\n\| task +\| +− no pre-training \| +− bag of words \|\n`, table)
	require.Regexp(t, `\n\| regression +\| +[+-][0-9.]+ \([+-][0-9.]+ to [+-][0-9.]+\)( \*)? \|`, table)
	require.Regexp(t, `\n\| significant +\| +\d higher, \d lower \| +\d higher, \d lower \|\n`, table)
	require.Regexp(t, `All measures of the test rows of classification:\n(.*\n){3}\| acc +\| 0\.\d{4} ± 0\.\d{4} \|`, table)

	t.Run("a fold is missing", func(t *testing.T) {
		path := filepath.Join(dir, results.File)
		content, err := os.ReadFile(path)
		require.NoError(t, err)
		all := strings.SplitAfter(string(content), "\n")
		require.NoError(t, os.WriteFile(path, []byte(strings.Join(all[1:], "")), 0o600))
		short, err := g.Markdown(log)
		require.NoError(t, err)
		require.Regexp(t, `\n\| classification \| +[0-9.]+ \(1 of 2 seeds\) \|`, short)
		require.Regexp(t, `\n\| classification \| +– \| +– \|`, short)
		require.Len(t, run(t, g, dir), 2)
		again, err := g.Markdown(log)
		require.NoError(t, err)
		require.Equal(t, table, again, "the same fold gives the same predictions")
	})
}

func largest(x []float32) (best int) {
	for i := range x {
		if x[i] > x[best] {
			best = i
		}
	}
	return best
}

// A row without tokens is left out, and the table says so.
func TestFoldsLeaveOutUnusableRows(t *testing.T) {
	set := different(t, heads.Classification, 24)
	set.Data.Train[7].Texts = []string{" "}
	set.Data.Accounts[0] = []ledger.Account{{Path: "films", Rows: 24}}
	set.Options.MaxBroken = "50%"
	g := grid(t, Grid{Base: minuteBase(t), Sets: []*Set{set}, Variants: []Variant{Full, Scratch}, Seeds: 1, Folds: 2})
	dir := t.TempDir()
	run(t, g, dir)
	log, err := OpenLog(dir)
	require.NoError(t, err)
	table, err := g.Markdown(log)
	require.NoError(t, err)
	require.Contains(t, table, "\nclassification: without 1 row that a model cannot use\n")
}

// Limits leave all rows of a fold to be predicted, and kept runs have folders of their own.
func TestFoldsWithLimitsAndFolders(t *testing.T) {
	dir := t.TempDir()
	g := grid(t, Grid{
		Base: minuteBase(t), Sets: []*Set{different(t, heads.Classification, 30)}, Variants: []Variant{Scratch}, Seeds: 1,
		Folds: 2, Limits: []int{12, 20}, Updates: 5, Keep: dir,
	})
	trials, err := g.trials()
	require.NoError(t, err)
	require.Len(t, trials, 8, "20 is more than the 15 rows of a fold: scratch, and with 12 rows full and scratch, and full")
	for _, r := range trials {
		require.Len(t, r.data.Test, 15)
		require.Len(t, r.data.Train, map[int]int{0: 15, 12: 12}[r.id.Options.Limit])
	}
	run(t, g, dir)
	for _, name := range []string{"classification-scratch-all-1-fold-1", "classification-full-12-1-fold-2"} {
		require.FileExists(t, filepath.Join(dir, name, "predictions.tsv"))
	}
}

func TestFoldsNeedRows(t *testing.T) {
	_, err := NewGrid(Grid{Base: minuteBase(t), Sets: []*Set{films(t, heads.Classification, 24)}, Variants: []Variant{Full}, Seeds: 1, Folds: 5})
	require.EqualError(t, err, "classification: Folds is 5, but films has only 2 groups of rows without a text in common: choose at most that many")

	ctx, stop := context.WithCancel(t.Context())
	stop()
	g := grid(t, Grid{Base: minuteBase(t), Sets: []*Set{different(t, heads.Classification, 24)}, Variants: []Variant{Full}, Seeds: 1, Folds: 2})
	require.ErrorIs(t, g.FitBagOfWords(ctx), context.Canceled)
}

// The interval of a difference of accuracies is that of the differences of the rows.
func TestPairs(t *testing.T) {
	set := films(t, heads.Classification, 400)
	for i := range set.Data.Train {
		set.Data.Train[i].Texts = []string{strconv.Itoa(i)}
		set.Data.Train[i].Label = loaders.Label{Text: set.Data.Spec.Labels[i%2]}
	}
	logits := func(right func(i int) bool) [][]float32 {
		out := make([][]float32, len(set.Data.Train))
		for i := range out {
			out[i] = []float32{0, 1}
			if right(i) != (i%2 == 1) {
				out[i] = []float32{1, 0}
			}
		}
		return out
	}
	a := logits(func(i int) bool { return i%20 < 14 })
	b := logits(func(i int) bool { return i%20 >= 8 })
	a[5], b[15] = nil, nil // rows that one of the two leaves out
	d, err := set.compare(predictions{a}, predictions{b})
	require.NoError(t, err)
	const n, wins, losses = 398, 159, 119
	require.InDelta(t, float64(wins-losses)/n, d.value, 1e-12)
	require.Equal(t, n, d.rows)
	half := 1.96 * math.Sqrt((wins+losses)-float64((wins-losses)*(wins-losses))/n) / n
	require.InDelta(t, d.value-half, d.Low, 0.1*half)
	require.InDelta(t, d.value+half, d.High, 0.1*half)
	require.True(t, d.significant())
	require.Regexp(t, `^\+10\.1 \(\+\d\.\d to \+1\d\.\d\) \*$`, d.String())

	twice, err := set.compare(predictions{a, b}, predictions{b, b})
	require.NoError(t, err)
	require.InDelta(t, d.value/2, twice.value, 1e-12, "the mean of two seeds")
	same, err := set.compare(predictions{a}, predictions{a})
	require.NoError(t, err)
	require.Equal(t, difference{rows: 399}, same)
	require.False(t, same.significant())
	require.Equal(t, "+0.0 (+0.0 to +0.0)", same.String())
}

// Repeating the rows does not make an interval narrower, and some of a group may be left out.
func TestPairsOfRowsWithATextInCommon(t *testing.T) {
	compare := func(times int) difference {
		set := films(t, heads.Classification, 24*times)
		var a, b [][]float32
		for i := range set.Data.Train {
			text := i % 24
			set.Data.Train[i].Texts = []string{strconv.Itoa(text)}
			set.Data.Train[i].Label = loaders.Label{Text: set.Data.Spec.Labels[text%2]}
			a = append(a, []float32{0, float32(text % 3)})
			b = append(b, []float32{1, float32(text % 5)})
		}
		a[3] = nil
		for i := 7; i < len(b); i += 24 {
			b[i] = nil
		}
		d, err := set.compare(predictions{a}, predictions{b})
		require.NoError(t, err)
		return d
	}
	one, ten := compare(1), compare(10)
	require.Equal(t, []int{22, 229}, []int{one.rows, ten.rows})
	require.InDelta(t, one.High-one.Low, ten.High-ten.Low, 0.2*(one.High-one.Low))
	require.Greater(t, one.High-one.Low, 0.2)
}
