package finetune

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"gorgpt/heads"
	"gorgpt/loaders"
)

func TestFoldsAreStratifiedAndCoverEachRowOnce(t *testing.T) {
	d := tickets(100, 50, 26)
	d.Dev, d.Test = d.Train[:3], d.Train[3:6]
	folds, err := d.Folds(5, 1)
	require.NoError(t, err)
	require.Len(t, folds, 5)
	seen := map[int]int{}
	for _, f := range folds {
		require.Equal(t, d.Dev, f.Dev, "those of the data")
		require.Len(t, f.Test, len(f.Rows))
		require.Equal(t, len(d.Train), len(f.Train)+len(f.Test))
		require.InDelta(t, 35.2, len(f.Test), 1)
		n := perLabel(f.Test)
		require.Equal(t, []int{20, 10}, []int{n["team 0"], n["team 1"]})
		require.InDelta(t, 5.2, n["team 2"], 1)
		for i, row := range f.Rows {
			seen[row]++
			require.Equal(t, d.Train[row], f.Test[i])
		}
		for i, row := range f.Train[1:] {
			require.True(t, row.Label != f.Train[i].Label || row.Number > f.Train[i].Number, "the rows keep their order")
		}
	}
	require.Len(t, seen, len(d.Train))
	for row, n := range seen {
		require.Equal(t, 1, n, row)
	}
	again, err := d.Folds(5, 1)
	require.NoError(t, err)
	require.Equal(t, folds, again)
	other, err := d.Folds(5, 2)
	require.NoError(t, err)
	require.NotEqual(t, folds[0].Rows, other[0].Rows)
}

// All folds have about the same mean score, so the mean of the others says nothing about a fold.
func TestFoldsHaveTheSameScores(t *testing.T) {
	d := &Data{Name: "rows.csv", Spec: Spec{Task: heads.Regression}}
	sum := 0.0
	for i := range 100 {
		x := float64(i*i%97) / 10
		sum += x
		d.Train = append(d.Train, loaders.Row{Texts: []string{fmt.Sprint("a ", i), fmt.Sprint("b ", i)}, Label: loaders.Label{Text: fmt.Sprintf("%.1f", x), Form: loaders.Float}})
	}
	folds, err := d.Folds(5, 1)
	require.NoError(t, err)
	for _, f := range folds {
		require.Len(t, f.Test, 20)
		mean := 0.0
		for _, row := range f.Test {
			target, err := d.Spec.Target(row)
			require.NoError(t, err)
			mean += float64(target.Score) / 20
		}
		require.InDelta(t, sum/100, mean, 0.1, "scores are up to 9.6, with a deviation of 3")
	}
}

// Without development rows, each fold has some of its own, which are neither trained nor tested on.
func TestFoldsHoldOutDevelopmentRows(t *testing.T) {
	d := tickets(60, 40)
	folds, err := d.Folds(4, 3)
	require.NoError(t, err)
	for _, f := range folds {
		require.Equal(t, []int{68, 7, 25}, []int{len(f.Train), len(f.Dev), len(f.Test)})
		part := map[string]int{}
		for i, rows := range [][]loaders.Row{f.Train, f.Dev, f.Test} {
			for _, row := range rows {
				require.NotContains(t, part, row.Texts[0])
				part[row.Texts[0]] = i
			}
		}
		require.Len(t, part, 100)
	}
	require.Nil(t, d.Dev, "the data stay as they are")
	require.Len(t, d.Train, 100)
}

func TestEqualTextsStayInOneFold(t *testing.T) {
	var pairs []string
	for i := range 90 {
		pairs = append(pairs, fmt.Sprintf([]string{"The text %d=%d", " the  TEXT %d\n=%d"}[i%2], i/3, i%2))
	}
	d := dataOf(heads.Classification, []string{"0", "1"}, pairs...)
	for seed := range int64(5) {
		folds, err := d.Folds(3, seed)
		require.NoError(t, err)
		fold := map[string]int{}
		for i, f := range folds {
			require.InDelta(t, 30, len(f.Test), 3)
			for _, row := range f.Test {
				text := strings.ToLower(strings.Join(strings.Fields(row.Texts[0]), " "))
				if before, found := fold[text]; found {
					require.Equal(t, before, i, text)
				}
				fold[text] = i
			}
		}
	}
}

func TestTooFewRowsForFolds(t *testing.T) {
	_, err := tickets(20, 20).Folds(1, 1)
	require.EqualError(t, err, "Folds must be at least 2, not 1")
	_, err = tickets(2, 2).Folds(5, 1)
	require.EqualError(t, err, "Folds is 5, but rows.csv has only 4 groups of rows without a text in common: choose at most that many")
	_, err = tickets(3, 3).Folds(5, 1)
	require.ErrorContains(t, err, "Folds is 5, and a fold has too few training rows: rows.csv has too few different texts, or too few of each label, for development rows")
	d := tickets(1, 1)
	d.Dev = d.Train
	_, err = d.Folds(2, 1)
	require.ErrorContains(t, err, `every label is "team`)
}

// Predictions of several models are measured as if one model had made them.
func TestPool(t *testing.T) {
	d := tickets(2, 2)
	spec := d.Spec
	spec.Metric = "mcc"
	o, err := Pool(spec, d.Train, [][]float32{{1, 0}, {0, 1}, {0, 1}, {0, 1}})
	require.NoError(t, err)
	value, _ := o.Headline()
	require.InDelta(t, 0.57735, value, 1e-5)
	require.InDelta(t, 1, o.Primary([]int{0, 2, 2, 0}), 1e-12)
	require.Equal(t, 0.75, o.Report("pooled", 1).Measures[0].Value)
	require.Contains(t, o.Report("pooled", 1).Baseline.What, "the most frequent label of the pooled rows")
}

// Rows that were left out have no logits, and equal rows have the same.
func TestLogitsOfRows(t *testing.T) {
	rows := tickets(4).Train
	rows[2] = rows[0]
	o := &Outcome{rows: []loaders.Row{rows[0], rows[2], rows[3]}, logits: [][]float32{{1}, {2}, {3}}}
	require.Equal(t, [][]float32{{1}, nil, {2}, {3}}, o.Logits(rows))
}

// A space without temperature and thresholds predicts from pooled logits what the models predicted.
func TestLogitsOfThresholds(t *testing.T) {
	spec := Spec{Task: heads.MultiLabel, Space: heads.Space{Labels: []string{"a", "b", "c", "d"}}}
	fitted := spec
	fitted.Temperature, fitted.Thresholds = 2, []float64{0.2, 0.9, 0, 1}
	rows := make([]loaders.Row, 5)
	set := &Set{rows: rows}
	var logits [][]float32
	for i := range rows {
		rows[i] = loaders.Row{Line: i, Label: loaders.Label{Text: "a"}}
		z := float32(i-2) * 2.1
		logits = append(logits, []float32{z, z + 2, z, 20 * z})
		target, err := spec.Target(rows[i])
		require.NoError(t, err)
		set.Examples = append(set.Examples, heads.Encoded{Target: target})
	}
	one := newOutcome(fitted, set, set, heads.Losses{}, logits)
	pooled, err := Pool(spec, rows, one.Logits(rows))
	require.NoError(t, err)
	var predicted []string
	for i, p := range one.Predictions {
		require.Equal(t, p.Predicted, pooled.Predictions[i].Predicted)
		predicted = append(predicted, p.Predicted)
	}
	require.Equal(t, []string{"c", "a|c", "a|c", "a|c", "a|b|c|d"}, predicted)
	require.Equal(t, one.Measures[:3], pooled.Measures[:3])
	require.NotNil(t, one.Report("one", 1).Calibration)
	require.Nil(t, pooled.Report("pooled", 1).Calibration)
}
