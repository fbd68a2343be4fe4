package gpt1

import (
	"hash/fnv"
	"math/rand/v2"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"

	"gorgpt/graph"
)

// Init draws fresh weights: N(0, InitRange) for matrices and embeddings, zero
// for biases, one for gains (section 4.1). A parameter's values depend on the
// seed and its name alone, so that adding a parameter changes no other.
func (m *Model) Init(seed uint64) {
	for _, p := range m.Store.Params() {
		switch {
		case len(p.Shape) > 1:
			normal(p, seed, m.InitRange)
		case strings.HasSuffix(p.Name, ".weight"): // the gain of a LayerNorm
			for i := range p.Value {
				p.Value[i] = 1
			}
		default:
			clear(p.Value)
		}
	}
}

// initChunk is how many values one random generator draws.
const initChunk = 1 << 16

// normal fills p from N(0, deviation), chunks of it on all cores.
func normal(p *graph.Param, seed uint64, deviation float32) {
	name := fnv.New64a()
	name.Write([]byte(p.Name)) // never fails
	stream := name.Sum64()
	var next atomic.Int64
	var workers sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		workers.Go(func() {
			for {
				chunk := int(next.Add(1)) - 1
				if chunk*initChunk >= len(p.Value) {
					return
				}
				r := rand.New(rand.NewPCG(seed, stream+uint64(chunk)))
				values := p.Value[chunk*initChunk : min((chunk+1)*initChunk, len(p.Value))]
				for i := range values {
					values[i] = deviation * float32(r.NormFloat64())
				}
			}
		})
	}
	workers.Wait()
}
