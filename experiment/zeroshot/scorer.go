package zeroshot

import (
	"context"
	"slices"
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

// scorer sums the log-probabilities of many texts, side by side unless the model is wide.
type scorer struct {
	model *gpt1.Model
	lanes graph.Lanes[int, *gpt1.LM] // by length
}

func newScorer(m *gpt1.Model) *scorer {
	return &scorer{model: m, lanes: graph.Lanes[int, *gpt1.LM]{Wide: m.Wide()}}
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
	batches := slices.Collect(slices.Chunk(order, together))
	err = s.lanes.Each(ctx, len(batches), func(k int, lane *graph.ByShape[int, *gpt1.LM]) error {
		batch := batches[k]
		lm, err := s.graph(lane, len(texts[batch[len(batch)-1]].ids)-1)
		if err != nil {
			return err
		}
		for i, at := range batch {
			if ids := texts[at].ids; len(ids) > 1 {
				lm.Fill(i, ids)
			}
		}
		*lm.Count = 1
		if _, err := lm.Run(); err != nil {
			return err
		}
		losses := lm.Losses.Values()
		for i, at := range batch {
			x := texts[at]
			for k := max(x.from, 1); k < len(x.ids); k++ {
				sums[at] -= float64(losses[i*lm.T+k-1])
				counts[at]++
			}
		}
		return nil
	})
	return sums, counts, err
}

// graph returns the graph for texts in which at most n tokens are predicted.
func (s *scorer) graph(lane *graph.ByShape[int, *gpt1.LM], n int) (*gpt1.LM, error) {
	t := min((max(n, 1)+step-1)/step*step, s.model.NCtx)
	return lane.Get(t, func(arena *graph.Arena) (*gpt1.LM, error) {
		return s.model.NewLM(arena, together, t, false)
	})
}
