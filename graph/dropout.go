package graph

import (
	"hash/fnv"

	"gorgonia.org/gorgonia"

	"gorgpt/internal/kernels"
)

// Drop names a place where each value is dropped with probability P.
//
// A mask depends only on the seed, the step, the name, the number of the sequence in
// the full batch and the position of the element in the sequence. Micro-batches,
// padding and fused ops do not change it.
// A Drop is safe for concurrent use as long as nothing changes it.
type Drop struct {
	Name string // unique in the model: h.0.attn.resid_dropout
	P    float32
}

// Random holds the inputs of the dropout masks. Set them before each run.
// A Random must not be used by several goroutines at once.
type Random struct {
	Seed, Step *int64
	Seq        []int32 // number of each sequence in the full batch [B]
}

type randomness struct {
	seed, step, seq Node
	Random
}

// Random declares the random inputs of a training graph of b sequences. It must
// come before the first op with dropout.
func (g *Graph) Random(b int) *Random {
	if g.rng == nil {
		seed, step := gorgonia.NewI64(0), gorgonia.NewI64(0)
		r := &randomness{seed: g.input("rng.seed", seed, nil), step: g.input("rng.step", step, nil)}
		r.Seed, r.Step = (*int64)(seed), (*int64)(step)
		r.seq, r.Seq = g.Ints("rng.seq", b)
		for i := range r.Seq {
			r.Seq[i] = int32(i)
		}
		g.rng = r
	}
	return &g.rng.Random
}

// dropInputs appends the random inputs to in if d applies. It also returns a function
// that computes the mask when the op runs.
func (g *Graph) dropInputs(d Drop, in ...Node) ([]Node, func(c *call) (kernels.Drop, []int32)) {
	if !g.train || d.P == 0 {
		none := make([]int32, in[0].dim(0))
		return in, func(*call) (kernels.Drop, []int32) { return kernels.Drop{}, none }
	}
	if g.rng == nil {
		g.failf(d.Name, "dropout needs Graph.Random to be declared first")
		return in, nil
	}
	rng, name := g.rng, fnv.New64a()
	name.Write([]byte(d.Name)) // never fails
	key := name.Sum64()
	return append(in, rng.seed, rng.step, rng.seq), func(c *call) (kernels.Drop, []int32) {
		return kernels.NewDrop(d.P, c.int(rng.seed), c.int(rng.step), key), c.i(rng.seq)
	}
}

// Dropout sets values of x to zero and scales up the others: sequences [B T C] or
// [B C], or attention weights [B H T T]. In an evaluation graph it is x itself.
func (x Node) Dropout(d Drop) Node {
	if !ok(x) || !x.g.train || d.P == 0 {
		return x
	}
	if n := len(x.shape); n < 2 || n > 4 {
		return x.g.failf("dropout", "%v: want [B C], [B T C] or [B H T T]", x.shape)
	}
	in, mask := x.g.dropInputs(d, x)
	s := spec{name: "dropout", in: in, shape: x.shape, run: dropRun(x, mask), facts: d.facts(x)}
	s.grad = func(y, dy Node) []Node {
		in, mask := x.g.dropInputs(d, dy)
		dx := x.g.apply(spec{name: y.Name() + ".dx", full: true, kind: "dropout", in: in, shape: x.shape, run: dropRun(dy, mask), facts: d.facts(x)})
		return append([]Node{dx}, make([]Node, len(in)-1)...)
	}
	return x.g.apply(s)
}

// dropRun multiplies x by its mask.
func dropRun(x Node, mask func(c *call) (kernels.Drop, []int32)) func(c *call) {
	shape := x.shape
	if len(shape) == 4 {
		return func(c *call) {
			d, seq := mask(c)
			d.Weights(c.y, c.f(x), seq, shape[0], shape[1], shape[2])
		}
	}
	b, t, width := shape[0], 1, shape[len(shape)-1]
	if len(shape) == 3 {
		t = shape[1]
	}
	return func(c *call) {
		d, seq := mask(c)
		d.Rows(c.y, c.f(x), seq, b, t, width)
	}
}
