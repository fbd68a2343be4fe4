package generate

import (
	"context"
	"math"

	"github.com/pkg/errors"
)

// Choice is a token that was drawn, with those that could have been.
// A Choice is safe for concurrent use as long as nothing changes it.
type Choice struct {
	ID      int32
	LogProb float64  // of the token, at the temperature and before top-k and top-p
	Best    []Ranked // the most likely tokens, the most likely first; none that is banned
}

// SampleRanked is Sample that also passes to each the n most likely tokens beside every one that is
// chosen. The texts are those of Sample. Probabilities are of what a token is drawn from: with
// penalty, biases and bans, at o.Temperature, but before o.TopK and o.TopP. Without a temperature
// they are at temperature 1.
func (g *Generator) SampleRanked(ctx context.Context, prompt []int32, o Options, n int, each func(sample int, c Choice) bool) ([][]int32, error) {
	if n < 1 || n > g.model.VocabSize {
		return nil, errors.Errorf("%d alternatives: the number must be from 1 to %d, the size of the vocabulary", n, g.model.VocabSize)
	}
	var at []float32
	return g.sample(ctx, prompt, o, func(i int, id int32, c *chooser) bool {
		at = c.atTemperature(at[:0])
		choice := Choice{ID: id}
		choice.LogProb, choice.Best = Rank(at, id, n)
		for k, r := range choice.Best {
			if math.IsInf(r.LogProb, -1) {
				choice.Best = choice.Best[:k]
				break
			}
		}
		return each(i, choice)
	})
}

// atTemperature appends the last scores at the temperature, the highest of them 0. [V]
func (c *chooser) atTemperature(to []float32) []float32 {
	highest, t := c.scores[0], c.o.Temperature
	for _, v := range c.scores {
		highest = max(highest, v)
	}
	if t == 0 {
		t = 1
	}
	for _, v := range c.scores {
		to = append(to, float32(float64(v-highest)/t))
	}
	return to
}
