package gpt1

import (
	"hash/fnv"
	"math/rand/v2"
	"strings"

	"gorgpt/graph"
)

// Init draws fresh weights: N(0, InitRange) for matrices and embeddings, zero
// for biases, one for gains (section 4.1). A parameter's values depend on the
// seed and its name alone, so that adding a parameter changes no other.
func (m *Model) Init(seed uint64) {
	for _, p := range m.Store.Params() {
		InitParam(p, seed, m.InitRange)
	}
}

// InitParam draws one parameter as Init does.
func InitParam(p *graph.Param, seed uint64, deviation float32) {
	switch {
	case len(p.Shape) > 1:
		name := fnv.New64a()
		name.Write([]byte(p.Name)) // never fails
		r := rand.New(rand.NewPCG(seed, name.Sum64()))
		for i := range p.Value {
			p.Value[i] = deviation * float32(r.NormFloat64())
		}
	case strings.HasSuffix(p.Name, ".weight"): // the gain of a LayerNorm
		for i := range p.Value {
			p.Value[i] = 1
		}
	default:
		clear(p.Value)
	}
}
