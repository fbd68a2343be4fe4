package pretrain

import (
	"context"
	"math"

	"gorgpt/loaders"
)

// UnigramPerplexity returns the perplexity on the targets of the validation windows if each token
// is predicted by its frequency alone. A language model must beat it. The frequencies are those
// of the training tokens, plus one for each of the v tokens, so that no probability is 0. A
// window has at most positions+1 tokens.
func UnigramPerplexity(ctx context.Context, training []loaders.Tokens, valid *loaders.FixedWindows, positions, v int) (float64, error) {
	counts := make([]float64, v)
	total := 0.0
	for i := range counts {
		counts[i], total = 1, total+1
	}
	block := make([]int32, 1<<16)
	for _, book := range training {
		for at := 0; at < book.Len(); {
			ids := block[:min(len(block), book.Len()-at)]
			if err := ctx.Err(); err != nil {
				return 0, err
			}
			if err := book.Copy(ids, at); err != nil {
				return 0, err
			}
			for _, id := range ids {
				counts[id]++
			}
			at += len(ids)
		}
		total += float64(book.Len())
	}
	sum, room := 0.0, make([]int32, positions+1)
	for i := range valid.Len() {
		if err := ctx.Err(); err != nil {
			return 0, err
		}
		window, err := valid.At(i, room)
		if err != nil {
			return 0, err
		}
		for _, id := range window[1:] {
			sum -= math.Log(counts[id] / total)
		}
	}
	return math.Exp(sum / float64(valid.Targets())), nil
}
