package controls

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"gorgpt/heads"
	"gorgpt/loaders"
)

// random draws meaningless words.
type random struct{ *rand.Rand }

func newRandom(seed uint64) random { return random{rand.New(rand.NewPCG(seed, 0))} }

func (r random) pick(from ...string) string { return from[r.IntN(len(from))] }

// words returns n words out of 30.
func (r random) words(n int) string {
	list := make([]string, n)
	for i := range list {
		list[i] = fmt.Sprintf("w%d", r.IntN(30))
	}
	return strings.Join(list, " ")
}

// with returns random words with the given word among them.
func (r random) with(word string) string { return r.words(2) + " " + word + " " + r.words(2) }

// pair returns a row of two texts.
func pair(a, b string, label any) loaders.Row {
	return loaders.Row{Texts: []string{a, b}, Label: labelled(label)}
}

func labelled(label any) loaders.Label {
	form := loaders.String
	if _, isFloat := label.(float64); isFloat {
		form = loaders.Float
	}
	return loaders.Label{Text: fmt.Sprint(label), Form: form}
}

// question returns a row with three answers, the right one at a random position.
func (r random) question(context, question, right string, wrong ...string) loaders.Row {
	place := r.IntN(len(wrong) + 1)
	answers := append(append(append([]string{}, wrong[:place]...), right), wrong[place:]...)
	return loaders.Row{Texts: []string{context, question}, Answers: answers, Label: labelled(place)}
}

// Each of the sets below has one leak. A control that sees the leak must always be right. All other
// controls must stay at chance, except those that see part of the leak.
func TestLeaks(t *testing.T) {
	bit := map[bool]string{false: "zig", true: "zag"}
	for _, c := range []struct {
		name string
		task heads.Kind
		row  func(r random, y bool) loaders.Row
		see  []string
		some []string
	}{
		{"length of a text", heads.Classification, func(r random, y bool) loaders.Row {
			n := 6 + 2*r.IntN(3) // even: a linear function cannot separate it from odd numbers
			if y {
				n++
			}
			return loaders.Row{Texts: []string{strings.Repeat("w ", n)}, Label: labelled(y)}
		}, []string{"length"}, []string{"bag of words", "bigrams"}},
		{"a word", heads.Classification, func(r random, y bool) loaders.Row {
			return loaders.Row{Texts: []string{r.with(bit[y])}, Label: labelled(y)}
		}, []string{"bag of words", "bigrams"}, nil},
		{"the order of two words", heads.Classification, func(r random, y bool) loaders.Row {
			return loaders.Row{Texts: []string{r.with(bit[y] + " " + bit[!y])}, Label: labelled(y)}
		}, []string{"bigrams"}, nil},
		{"a word of the premise", heads.Entailment, func(r random, y bool) loaders.Row {
			return pair(r.with(bit[y]), r.words(5), y)
		}, []string{"premise only", "bag of words", "word pairs"}, nil},
		{"a word of the hypothesis", heads.Entailment, func(r random, y bool) loaders.Row {
			return pair(r.words(5), r.with(bit[y]), y)
		}, []string{"hypothesis only", "bag of words", "word pairs"}, nil},
		{"a word of the first text", heads.Similarity, func(r random, y bool) loaders.Row {
			return pair(r.with(bit[y]), r.words(5), y)
		}, []string{"first text only", "bag of words", "word pairs"}, nil},
		{"two words that agree", heads.Similarity, func(r random, y bool) loaders.Row {
			x := r.IntN(2) == 0
			return pair(r.with(bit[x]), r.with("not"+bit[x != y]), y)
		}, []string{"word pairs"}, nil},
		{"length of the second text", heads.Similarity, func(r random, y bool) loaders.Row {
			return pair(strings.Repeat("a ", 4+r.IntN(4)), strings.Repeat("b ", map[bool]int{false: 40, true: 60}[y]+r.IntN(9)), y)
		}, []string{"length"}, []string{"second text only", "bag of words", "word pairs"}},
		{"the longest answer", heads.MultipleChoice, func(r random, _ bool) loaders.Row {
			n := 2 + r.IntN(5)
			same := func(n int) string { return strings.TrimSpace(strings.Repeat("x ", n)) }
			return r.question(r.words(20), r.words(5), same(n+1), same(n), same(n-1))
		}, []string{"length"}, []string{"answer only", "question + answer", "bag of words"}},
		{"a word of the answer", heads.MultipleChoice, func(r random, _ bool) loaders.Row {
			return r.question(r.words(20), r.words(5), "zag", "zig", "zog")
		}, []string{"answer only", "question + answer", "bag of words"}, nil},
		{"question and answer", heads.MultipleChoice, func(r random, _ bool) loaders.Row {
			answers := []string{"ann", "paris", "noon"}
			k := r.IntN(3)
			return r.question(r.words(5), []string{"who", "where", "when"}[k]+" "+r.words(2), answers[k], answers[(k+1)%3], answers[(k+2)%3])
		}, []string{"question + answer", "bag of words"}, nil},
		{"context and answer", heads.MultipleChoice, func(r random, _ bool) loaders.Row {
			answers := []string{"ann", "paris", "noon"}
			k := r.IntN(3)
			return r.question([]string{"born", "went", "slept"}[k]+" "+r.words(2), r.words(2), answers[k], answers[(k+1)%3], answers[(k+2)%3])
		}, []string{"bag of words"}, nil},
		{"the last answer that the context mentions", heads.MultipleChoice, func(r random, _ bool) loaders.Row {
			names := []string{"ann", "bob", "cid"}
			r.Shuffle(3, func(i, j int) { names[i], names[j] = names[j], names[i] })
			return r.question(strings.Join(names, " then "), "who ?", names[2], names[1], names[0])
		}, []string{"word overlap"}, nil},
		{"the answer that the context mentions twice", heads.MultipleChoice, func(r random, _ bool) loaders.Row {
			names := []string{"ann", "bob", "cid"}
			r.Shuffle(3, func(i, j int) { names[i], names[j] = names[j], names[i] })
			mentioned := append([]string{names[0]}, names...)
			r.Shuffle(4, func(i, j int) { mentioned[i], mentioned[j] = mentioned[j], mentioned[i] })
			return r.question(strings.Join(mentioned, " and "), "who ?", names[0], names[1], names[2])
		}, []string{"word overlap"}, nil},
		{"the answer next to the question's word", heads.MultipleChoice, func(r random, _ bool) loaders.Row {
			names := []string{"ann", "bob", "cid"}
			r.Shuffle(3, func(i, j int) { names[i], names[j] = names[j], names[i] })
			said := []string{"sang", "swam", "slept"}
			r.Shuffle(3, func(i, j int) { said[i], said[j] = said[j], said[i] })
			facts := []string{}
			for i, name := range names {
				facts = append(facts, r.words(12)+" "+name+" "+said[i])
			}
			k := r.IntN(3)
			return r.question(strings.Join(facts, " "), "who "+said[k], names[k], names[(k+1)%3], names[(k+2)%3])
		}, []string{"word overlap"}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := newRandom(1)
			var rows []loaders.Row
			for i := range 600 {
				rows = append(rows, c.row(r, i%2 == 0))
			}
			results := measure(t, c.task, rows)
			seen := 0
			for _, result := range results {
				switch {
				case slices.Contains(c.see, result.Name):
					seen++
					require.Equal(t, 1., result.Test.Value, result.Name)
					require.False(t, result.Test.WithinNoise(), result.Name)
				case !slices.Contains(c.some, result.Name):
					// Three standard deviations, since this test checks a hundred values.
					require.LessOrEqual(t, result.Test.Lift, 1.5*result.Test.Noise, "%s: %+v", result.Name, result.Test)
				}
			}
			require.Len(t, c.see, seen, "the task has each of these controls")
		})
	}
}

// measure fits the controls on the first two thirds of the rows.
func measure(t *testing.T, task heads.Kind, rows []loaders.Row) []Result {
	t.Helper()
	n := len(rows)
	results, err := learnAndMeasure(context.Background(), task, rows[:n*4/6], rows[n*4/6:n*5/6], rows[n*5/6:])
	require.NoError(t, err)
	return results
}

// learnAndMeasure measures the controls in the space of the training rows.
func learnAndMeasure(ctx context.Context, kind heads.Kind, train, dev, test []loaders.Row) ([]Result, error) {
	kind, space, err := heads.Learn(kind, train)
	if err != nil {
		return nil, err
	}
	return Measure(ctx, kind, space, train, dev, test)
}
