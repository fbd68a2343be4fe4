package gpt1

import (
	"hash/fnv"
	"math"
	"math/rand/v2"
	"strings"

	"gorgpt/graph"
	"gorgpt/internal/parallel"
)

// Init draws fresh weights: N(0, InitRange) for matrices and embeddings, zero
// for biases, one for gains (section 4.1) and for the forget gate of an LSTM, which then
// remembers at first (Jozefowicz et al. 2015). A parameter's values depend on the
// seed and its name alone, so that adding a parameter changes no other. With Mimetic,
// positions and attention start closer to their trained form.
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
		if p.Name == "lstm.bias_ih_l0" {
			for i := m.NUnits; i < 2*m.NUnits; i++ {
				p.Value[i] = 1
			}
		}
	}
	if m.Mimetic {
		m.sinusoids()
		for _, b := range m.Blocks {
			b.mimic()
		}
	}
}

// positionScale is the amplitude of the sinusoids, near the deviation of the embeddings.
const positionScale = 0.03

// sinusoids sets the position embeddings to those of Vaswani et al. 2017, section 3.5, so that
// "the previous token" is the same linear map at each position. Training changes them.
func (m *Model) sinusoids() {
	width := m.NEmbd
	for i, values := 0, m.Embed.Positions.Value; i < len(values); i++ {
		t, c := i/width, i%width
		angle := float64(t) / math.Pow(10000, float64(c/2*2)/float64(width))
		if c%2 == 0 {
			values[i] = float32(positionScale * math.Sin(angle))
		} else {
			values[i] = float32(positionScale * math.Cos(angle))
		}
	}
}

// copying is the share of the projection that inverts the value matrix.
const copying = 0.9

// mimic makes attention copy the token that it attends to, after Trockman and Kolter 2023
// ("Mimetic initialization of self-attention layers"): W_V·W_proj is close to a multiple of
// the identity, as in trained models. With the tied softmax, attending to a token then
// predicts it.
func (b *Block) mimic() {
	qkv, proj := b.Attn.QKV.W, b.Attn.Proj.W // [C 3C], [C C]
	width := proj.Shape[0]
	rest := float32(math.Sqrt(1 - copying*copying))
	for i := range width {
		for j := range width {
			p := &proj.Value[j*width+i]
			*p = copying*qkv.Value[i*3*width+2*width+j] + rest**p
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
	_ = parallel.Do((len(p.Value)+initChunk-1)/initChunk, func(chunk int) error {
		r := rand.New(rand.NewPCG(seed, stream+uint64(chunk)))
		values := p.Value[chunk*initChunk : min((chunk+1)*initChunk, len(p.Value))]
		for i := range values {
			values[i] = deviation * float32(r.NormFloat64())
		}
		return nil
	})
}
