package generate

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/pkg/errors"

	"gorgpt/gpt1"
	"gorgpt/graph"
	"gorgpt/internal/kernels"
)

// Generator computes next-token scores of one model. Each call runs the whole
// window, padded on the right: a causal model does not see what follows.
type Generator struct {
	model   *gpt1.Model
	arena   graph.Arena
	windows map[int]*window // by length
}

// window is the graph that scores the token after a prefix of up to t tokens.
type window struct {
	ids, last []int32
	logits    graph.Node // [1 V']
	machine   *graph.Machine
}

// New returns a generator for the model.
func New(m *gpt1.Model) *Generator { return &Generator{model: m, windows: map[int]*window{}} }

// Logits scores every token as the next one after ids, of which the last NCtx
// count. The result is valid until the next call. → [V]
func (g *Generator) Logits(ids []int32) ([]float32, error) {
	if len(ids) == 0 {
		return nil, errors.New("there is no token to continue from")
	}
	ids = ids[max(0, len(ids)-g.model.NCtx):]
	w, err := g.window(len(ids))
	if err != nil {
		return nil, err
	}
	clear(w.ids[copy(w.ids, ids):])
	w.last[0] = int32(len(ids) - 1)
	if err := w.machine.Run(); err != nil {
		return nil, err
	}
	return w.logits.Values()[:g.model.VocabSize], nil
}

// window returns the graph for n tokens: lengths are powers of two, so that few
// graphs serve all.
func (g *Generator) window(n int) (*window, error) {
	t := 1
	for t < n {
		t *= 2
	}
	t = min(t, g.model.NCtx)
	if w, found := g.windows[t]; found {
		return w, nil
	}
	expr := graph.New(false)
	w := &window{}
	ids, in := expr.Ints("inputs", 1, t)
	last, at := expr.Ints("last", 1)
	w.ids, w.last = in, at
	w.logits = g.model.Logits(g.model.Hidden(ids).PickRows(last)) // [1 V']
	m, err := expr.Compile(&g.arena, w.logits)
	if err != nil {
		return nil, err
	}
	w.machine = m
	g.windows[t] = w
	return w, nil
}

// Options says how the next token is chosen.
type Options struct {
	Tokens      int     // how many to generate
	Temperature float64 // 0: always the most likely token, the lowest id on a tie
	TopK        int     // sample among the k most likely; 0: among all
	Seed        uint64
}

// Continue appends tokens to the prompt and returns the new ones. When ctx ends
// it returns what there is, with the context's error.
func (g *Generator) Continue(ctx context.Context, prompt []int32, o Options) ([]int32, error) {
	ids := append([]int32(nil), prompt...)
	r := rand.New(rand.NewPCG(o.Seed, 0))
	for range o.Tokens {
		if err := ctx.Err(); err != nil {
			return ids[len(prompt):], err
		}
		logits, err := g.Logits(ids)
		if err != nil {
			return ids[len(prompt):], err
		}
		ids = append(ids, choose(logits, o, r))
	}
	return ids[len(prompt):], nil
}

func choose(logits []float32, o Options, r *rand.Rand) int32 {
	if o.Temperature == 0 {
		best := 0
		for i, v := range logits {
			if v > logits[best] {
				best = i
			}
		}
		return int32(best)
	}
	p := append([]float32(nil), logits...)
	if o.TopK > 0 && o.TopK < len(p) {
		sorted := slices.Sorted(slices.Values(p))
		least := sorted[len(sorted)-o.TopK]
		for i, v := range p {
			if v < least {
				p[i] = float32(math.Inf(-1))
			}
		}
	}
	kernels.Scale(p, p, float32(1/o.Temperature))
	kernels.Softmax(p, p, 1, len(p))
	at := r.Float64()
	for i, v := range p {
		if at -= float64(v); at < 0 {
			return int32(i)
		}
	}
	return choose(logits, Options{}, r) // rounding left a remainder
}
