package kernels

import (
	"math"

	"gorgpt/internal/simd"
)

// Drop is one dropout mask. The mask of an element depends on Key and on the
// element's position in its sequence, never on the batch or the memory. Forward,
// backward, any split into micro-batches and a resumed run therefore use the same
// mask. The zero Drop keeps everything.
type Drop struct {
	Key       uint64  // one random stream for each seed, step and op
	Threshold uint32  // drop where a 16-bit random number is below it; 0 keeps all
	Scale     float32 // of the elements that are kept: 1/(1 − Threshold/65536)
}

// NewDrop returns the mask of the op called name (a hash of its name) at one
// step of a run with one seed. p in [0,1) is rounded to a multiple of 1/65536,
// and the scale uses the rounded p, so that the expectation is exact.
func NewDrop(p float32, seed, step int64, name uint64) Drop {
	if !(p >= 0 && p < 1) {
		panic("kernels: NewDrop: p outside [0,1)")
	}
	threshold := min(math.Round(float64(p)*65536), 65535)
	return Drop{
		Key:       dropoutKey(seed, step, name),
		Threshold: uint32(threshold),
		Scale:     float32(65536 / (65536 - threshold)),
	}
}

// dropoutKey mixes its arguments to a key. Each is absorbed by a full round:
// small seeds and consecutive steps must not give keys that differ in few bits.
func dropoutKey(seed, step int64, name uint64) uint64 {
	return mix(mix(mix(uint64(seed))+uint64(step)) + name)
}

// mix is the output function of SplitMix64: Steele, Lea and Flood, "Fast
// Splittable Pseudorandom Number Generators", 2014.
func mix(z uint64) uint64 {
	z += 0x9E3779B97F4A7C15
	z = (z ^ z>>30) * 0xBF58476D1CE4E5B9
	z = (z ^ z>>27) * 0x94D049BB133111EB
	return z ^ z>>31
}

// row drops from one row, whose first element is the first of block. dst may be
// src.
func (d Drop) row(dst, src []float32, block, position, head int, seq int32) {
	if d.Threshold == 0 {
		copy(dst, src)
		return
	}
	simd.Dropout(dst, src, d.Key, uint32(block), uint32(position), uint32(head), uint32(seq), d.Threshold, d.Scale)
}

// Rows computes dst = src·mask·scale on [B T C], which is its own gradient. The
// counter is (channel/8, position, 0, seq[b]). dst may be src.
func (d Drop) Rows(dst, src []float32, seq []int32, b, t, c int) {
	check("Drop.Rows", "dst", len(dst), b*t*c)
	check("Drop.Rows", "src", len(src), b*t*c)
	check("Drop.Rows", "seq", len(seq), b)
	dropCalls.run(b*t, rowGrain(c), dropCall{d, dst, src, seq, 1, t, c})
}

// Weights computes dst = src·mask·scale on attention weights [B H T T], which
// is its own gradient. The counter is (key/8, query, head, seq[b]). dst may be
// src.
func (d Drop) Weights(dst, src []float32, seq []int32, b, h, t int) {
	check("Drop.Weights", "dst", len(dst), b*h*t*t)
	check("Drop.Weights", "src", len(src), b*h*t*t)
	check("Drop.Weights", "seq", len(seq), b)
	dropCalls.run(b*h*t, rowGrain(t), dropCall{d, dst, src, seq, h, t, t})
}

// dropCall is a mask on [B H T cols].
type dropCall struct {
	drop       Drop
	dst, src   []float32
	seq        []int32
	h, t, cols int
}

var dropCalls calls[dropCall, *dropCall]

func (t *dropCall) slab(_ *workspace, lo, hi int) {
	for r := lo; r < hi; r++ {
		position, head, b := r%t.t, r/t.t%t.h, r/(t.t*t.h)
		t.drop.row(row(t.dst, r, t.cols), row(t.src, r, t.cols), 0, position, head, t.seq[b])
	}
}
