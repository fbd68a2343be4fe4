package controls

import (
	"context"
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"gorgpt/heads"
	"gorgpt/loaders"
)

// unrelated returns rows whose labels are independent of their words.
func unrelated(r random, task heads.Kind, n int) (rows []loaders.Row) {
	for range n {
		switch task {
		case heads.Classification:
			rows = append(rows, loaders.Row{Texts: []string{r.words(2 + r.IntN(9))}, Label: labelled(r.IntN(3))})
		case heads.MultipleChoice:
			answer := func() string { return r.words(1 + r.IntN(3)) }
			rows = append(rows, r.question(r.words(30), r.words(5), answer(), answer(), answer(), answer()))
		case heads.Regression:
			rows = append(rows, pair(r.words(2+r.IntN(9)), r.words(5), r.Float64()))
		default:
			rows = append(rows, pair(r.words(2+r.IntN(9)), r.words(5), r.pick("yes", "no", "maybe")))
		}
	}
	return rows
}

// If labels are independent of the input, one value in twenty may lie outside two standard
// deviations.
func TestNoise(t *testing.T) {
	if testing.Short() {
		t.Skip("fits hundreds of models")
	}
	for _, task := range []heads.Kind{heads.Classification, heads.Entailment, heads.Similarity, heads.Regression, heads.MultipleChoice} {
		t.Run(string(task), func(t *testing.T) {
			outside, all := 0, 0
			for seed := range uint64(10) {
				for _, r := range measure(t, task, unrelated(newRandom(seed), task, 180))[1:] {
					if all++; !r.Test.WithinNoise() {
						outside++
					}
				}
			}
			// The values of one set are correlated, so twice the expected share may be chance.
			require.LessOrEqual(t, float64(outside), 0.1*float64(all), "%d of %d outside", outside, all)
		})
	}
}

func TestScores(t *testing.T) {
	r := newRandom(3)
	var rows []loaders.Row
	for range 300 {
		n := 1 + r.IntN(20)
		rows = append(rows, pair(r.words(n), r.words(5), 3+float64(n)/2))
	}
	results := measure(t, heads.Similarity, rows) // labels with points make it regression
	mean, length := results[0], results[1]
	require.Equal(t, "mean", mean.Name)
	require.Zero(t, mean.Test.Value)
	require.InDelta(t, 8.3, mean.Test.MSE, 2.5, "a quarter of the variance of a number up to 20")
	require.InDelta(t, 2/7.0710678, mean.Test.Noise, 1e-6, "50 rows")
	require.Equal(t, "length", length.Name)
	require.Greater(t, length.Test.Value, 0.999)
	require.Less(t, length.Test.MSE, 0.02)
	require.False(t, length.Test.WithinNoise())
	require.True(t, results[3].Test.WithinNoise(), "%+v", results[3])
}

// Predictions are those that Measure measures, in the given order of the classes.
func TestPredict(t *testing.T) {
	r := newRandom(5)
	rows := func(n int) (rows []loaders.Row) {
		for range n {
			word := r.pick("up", "down", "left")
			row := pair(r.words(4)+" "+word, r.words(3), 0)
			if row.Label = (loaders.Label{Text: word}); r.IntN(4) == 0 {
				row.Label.Text = r.pick("up", "down", "left")
			}
			rows = append(rows, row)
		}
		return rows
	}
	train, dev, test := rows(200), rows(50), rows(80)
	space := heads.Space{Labels: []string{"up", "left", "down"}}
	out, err := Predict(t.Context(), BagOfWords, heads.Entailment, space, train, dev, test)
	require.NoError(t, err)
	right := 0
	for i, z := range out {
		require.Len(t, z, 3)
		if space.Labels[largest(z)] == test[i].Label.Text {
			right++
		}
	}
	require.Greater(t, right, 50)
	results, err := Measure(t.Context(), heads.Entailment, space, train, dev, test)
	require.NoError(t, err)
	at := slices.IndexFunc(results, func(r Result) bool { return r.Name == BagOfWords })
	require.InDelta(t, results[at].Test.Value, float64(right)/80, 1e-12)
	space.Labels = append(space.Labels, "never")
	_, err = Predict(t.Context(), BagOfWords, heads.Entailment, space, train, dev, test)
	require.NoError(t, err, "a fold may lack a rare class")

	_, err = Predict(t.Context(), "horoscope", heads.Entailment, space, train, dev, test)
	require.EqualError(t, err, `controls: entailment has no control "horoscope"`)
	_, err = Predict(t.Context(), BagOfWords, heads.Entailment, space, train, nil, test)
	require.EqualError(t, err, "controls: no development rows to choose the penalty on")
}

// The expected values were computed by hand.
func TestMajority(t *testing.T) {
	rows := func(labels ...string) (rows []loaders.Row) {
		for _, l := range labels {
			rows = append(rows, loaders.Row{Texts: []string{"word " + l}, Label: labelled(l)})
		}
		return rows
	}
	results, err := learnAndMeasure(context.Background(), heads.Classification, rows("a", "a", "a", "b", "b"), rows("a", "b", "b", "b"), nil)
	require.NoError(t, err)
	require.Equal(t, Score{Rows: 4, Value: 0.25, Noise: 2 * math.Sqrt(.25*.75/4)}, results[0].Dev)
	require.Equal(t, Score{}, results[0].Test, "no test rows")
	bag := results[2]
	require.Equal(t, "bag of words", bag.Name)
	require.Equal(t, Score{Rows: 4, Value: 1, Lift: 0.75, Noise: 2 * math.Sqrt(3) / 4}, bag.Dev, "right on the 3 of 4 rows on which the majority is wrong")
	require.Equal(t, Score{}, bag.Test)
}

// The first rows of a file may lack a label that development and test rows have.
func TestMeasureWithoutTrainingRowsOfALabel(t *testing.T) {
	var rows []loaders.Row
	for i := range 40 {
		label := []string{"up", "down"}[i%2]
		rows = append(rows, loaders.Row{Path: "f", Texts: []string{label + " again"}, Label: labelled(label)})
	}
	held := append(rows[30:40:40], loaders.Row{Path: "f", Texts: []string{"left again"}, Label: labelled("left")})
	results, err := Measure(t.Context(), heads.Classification, heads.Space{Labels: []string{"down", "left", "up"}}, rows[:30], held, held)
	require.NoError(t, err)
	for _, r := range results {
		require.Equal(t, 11, r.Test.Rows)
		if r.Name == BagOfWords {
			require.InDelta(t, 10.0/11, r.Test.Value, 1e-12)
		}
	}
}

func TestSameFigures(t *testing.T) {
	for _, task := range []heads.Kind{heads.Entailment, heads.Regression, heads.MultipleChoice} {
		rows := unrelated(newRandom(7), task, 200)
		require.Equal(t, measure(t, task, rows), measure(t, task, rows))
	}
}

func TestErrors(t *testing.T) {
	text := func(label any) loaders.Row {
		return loaders.Row{Path: "f", Line: 3, Texts: []string{"a b"}, Label: labelled(label)}
	}
	good := []loaders.Row{text("yes"), text("no")}
	scores := func(x ...any) (rows []loaders.Row) {
		for _, s := range x {
			rows = append(rows, loaders.Row{Path: "f", Line: 3, Texts: []string{"a", "b"}, Label: labelled(s)})
		}
		return rows
	}
	spaces := map[heads.Kind]heads.Space{heads.Classification: {Labels: []string{"no", "yes"}}, heads.MultipleChoice: {Choices: 2}}
	for _, c := range []struct {
		name             string
		task             heads.Kind
		train, dev, test []loaders.Row
		want             string
	}{
		{"no training rows", heads.Classification, nil, good, good, "no training rows"},
		{"no development rows", heads.Classification, good, nil, good, "no development rows to choose the penalty on"},
		{"unknown class", heads.Classification, good, good, []loaders.Row{text("so")}, `f:3: label "so" does not occur in the training file`},
		{"one score", heads.Regression, scores(2.5, 2.5), scores(1.5), nil, "f: every score is 2.5: the rows need different scores"},
		{"a word for a score", heads.Regression, scores(2.5, 3.5), scores("high"), nil, `f:3: label "high" is a string`},
		{"no such answer", heads.MultipleChoice, []loaders.Row{{Path: "f", Line: 3, Texts: []string{"a", "b"}, Answers: []string{"c", "d"}, Label: labelled(2)}}, good, nil, "f:3: label 2: it must be the number of the right answer, from 0 to 1"},
	} {
		t.Run(c.name, func(t *testing.T) {
			results, err := Measure(context.Background(), c.task, spaces[c.task], c.train, c.dev, c.test)
			require.ErrorContains(t, err, c.want)
			require.Nil(t, results)
		})
	}
}

func TestSplit(t *testing.T) {
	require.Equal(t, []string{"it", "'", "s", "élan", ",", "10", "²", "?"}, split("  It's ÉLAN, 10²?\n"))
	require.Empty(t, split(" "))
}

func TestMentions(t *testing.T) {
	texts := vocabulary{}.texts([]string{"the cat saw the dog . the cat ran far away and then one more time it came to the dog", "the cat", "what ran ?", "cow"})
	count, last, near := mentionsOf(texts[1], texts[0], texts[2])
	require.Equal(t, [3]int{2, 8, 1}, [3]int{count, last, near})
	count, last, near = mentionsOf(texts[3], texts[0], texts[2])
	require.Equal(t, [3]int{}, [3]int{count, last, near})
}

// Questions may have different numbers of answers, and test questions more than training questions.
func TestMeasureQuestionsWithDifferentNumbersOfAnswers(t *testing.T) {
	r := newRandom(4)
	var train, dev, test []loaders.Row
	for i := range 60 {
		answers := make([]string, 2+i%3)
		for k := range answers {
			answers[k] = r.words(1 + r.IntN(3))
		}
		train = append(train, r.question(r.words(20), r.words(5), answers[0], answers[1:]...))
		dev = append(dev, r.question(r.words(20), r.words(5), answers[0], answers[1:]...))
		test = append(test, r.question(r.words(20), r.words(5), answers[0], append(answers[1:], "a", "b", "c")...))
	}
	results, err := learnAndMeasure(context.Background(), heads.MultipleChoice, train, dev, test)
	require.NoError(t, err)
	for _, result := range results {
		require.Equal(t, 60, result.Test.Rows)
		require.False(t, math.IsNaN(result.Test.Value))
	}
}
