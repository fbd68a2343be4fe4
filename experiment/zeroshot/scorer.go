package zeroshot

import (
	"context"
	"sort"

	"gorgpt/gpt1"
	"gorgpt/graph"
)

// text is a sequence of tokens. The tokens starting at index from are scored, except the first token
// of the sequence, to which a language model assigns no probability.
type text struct {
	ids  []int32
	from int
}

// scorer sums the log-probabilities of many texts at a time.
type scorer struct {
	model  *gpt1.Model
	graphs graph.ByShape[int, *gpt1.LM] // by length
}

// together is the number of texts computed at a time. The lengths of graphs are multiples of step.
const together, step = 16, 16

// sums returns for each text Σ log P(ids[i] | ids[:i]) over i ≥ from, and the number of terms.
func (s *scorer) sums(ctx context.Context, texts []text) (sums []float64, counts []int, err error) {
	order := make([]int, len(texts))
	for i := range order {
		order[i] = i
	}
	sort.SliceStable(order, func(i, j int) bool { return len(texts[order[i]].ids) < len(texts[order[j]].ids) })
	sums, counts = make([]float64, len(texts)), make([]int, len(texts))
	for len(order) > 0 {
		if err := ctx.Err(); err != nil {
			return nil, nil, err
		}
		batch := order[:min(together, len(order))]
		order = order[len(batch):]
		lm, err := s.graph(len(texts[batch[len(batch)-1]].ids) - 1)
		if err != nil {
			return nil, nil, err
		}
		for i, at := range batch {
			lm.Fill(i, texts[at].ids)
		}
		*lm.Count = 1
		if _, err := lm.Run(); err != nil {
			return nil, nil, err
		}
		losses := lm.Losses.Values()
		for i, at := range batch {
			x := texts[at]
			for _, loss := range losses[i*lm.T+max(x.from, 1)-1 : i*lm.T+len(x.ids)-1] {
				sums[at] -= float64(loss)
				counts[at]++
			}
		}
	}
	return sums, counts, nil
}

// graph returns the graph for texts in which at most n tokens are predicted.
func (s *scorer) graph(n int) (*gpt1.LM, error) {
	t := min((max(n, 1)+step-1)/step*step, s.model.NCtx)
	return s.graphs.Get(t, func(arena *graph.Arena) (*gpt1.LM, error) {
		return s.model.NewLM(arena, together, t, false)
	})
}
