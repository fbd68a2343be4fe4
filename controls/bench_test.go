package controls

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"

	"gorgpt/heads"
	"gorgpt/loaders"
)

// BenchmarkMeasure fits all controls of a task on 4,000 rows of random words with random labels.
func BenchmarkMeasure(b *testing.B) {
	rng := rand.New(rand.NewPCG(1, 2))
	words := func(n int) (t string) {
		for range n {
			t += fmt.Sprintf("w%d ", int(2000*rng.Float64()*rng.Float64()))
		}
		return t
	}
	for _, c := range []struct {
		task    heads.Kind
		texts   []int // number of words of each text
		answers int
	}{
		{heads.Classification, []int{20}, 0},
		{heads.Entailment, []int{20, 8}, 0},
		{heads.Similarity, []int{12, 12}, 0},
		{heads.MultipleChoice, []int{80, 8}, 4},
	} {
		rows := make([]loaders.Row, 5000)
		for i := range rows {
			r := loaders.Row{Label: loaders.Label{Text: fmt.Sprint(rng.IntN(3))}}
			for _, n := range c.texts {
				r.Texts = append(r.Texts, words(n))
			}
			for range c.answers {
				r.Answers = append(r.Answers, words(1+rng.IntN(3)))
			}
			rows[i] = r
		}
		b.Run(string(c.task), func(b *testing.B) {
			for b.Loop() {
				if _, err := learnAndMeasure(context.Background(), c.task, rows[:4000], rows[4000:4500], rows[4500:]); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
