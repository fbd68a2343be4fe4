package kernels

import (
	"testing"

	"gorgpt/internal/simd"
)

// BenchmarkKernel reports the time per element of each kernel, and the memory
// traffic of those that are bound by it, on the shapes of one GPT-1 step with
// 512 tokens. The instruction set is chosen by GORGPT_CPU.
func BenchmarkKernel(b *testing.B) {
	const batch, t, h, dHead, c, v, stride = 1, 512, 12, 64, 768, 40478, 40512
	const rows, n, wide, params = batch * t, batch * t * c, batch * t * 4 * c, 1 << 23
	x, y, z, dy, sum := random(1, n), random(2, n), random(3, n), random(4, n), random(5, n)
	gain, bias, dgain, dbias := random(6, c), random(7, c), random(8, 4*c), random(9, c)
	mean, rstd := random(10, rows), random(11, rows)
	qkv, dqkv, lse := random(12, 3*n), random(13, 3*n), random(14, h*rows)
	f1, f2, f3 := random(15, wide), random(16, wide), random(17, wide)
	logits, rowLSE, loss := random(18, rows*stride), random(19, rows), random(20, rows)
	targets := indices(21, rows, v)
	p, g, m1, m2 := random(22, params), random(23, params), random(24, params), make([]float32, params)
	d, seq := NewDrop(0.1, 1, 2, 3), []int32{7}
	residual := ResidualNorm{Sum: sum, Mean: mean, Rstd: rstd, Gain: gain, Drop: d, Seq: seq, B: batch, T: t, C: c}
	for _, k := range []struct {
		name  string
		n     int // elements
		bytes int // of memory read and written per element, 0 if bound by arithmetic
		run   func()
	}{
		{"Add", n, 12, func() { Add(z, x, y) }},
		{"BiasGrad", wide, 4, func() { BiasGrad(dgain, f1, rows, 4*c) }},
		{"GELU", wide, 8, func() { GELU(f2, f1) }},
		{"GELUGrad", wide, 12, func() { GELUGrad(f3, f2, f1) }},
		{"LayerNorm", n, 8, func() { LayerNorm(z, mean, rstd, x, gain, bias, rows, c, 1e-5) }},
		{"LayerNormGrad", n, 12, func() { LayerNormGrad(z, dgain[:c], dbias, dy, x, mean, rstd, gain, rows, c) }},
		{"ResidualNorm.Forward", n, 16, func() {
			residual.Forward(z, x, y, bias, 1e-5)
		}},
		{"ResidualNorm.Grad", n, 16, func() {
			residual.Grad(z, y, dgain[:c], dbias, dy)
		}},
		{"Drop.Rows", n, 8, func() { d.Rows(z, x, seq, batch, t, c) }},
		{"Attention", h * t * t / 2, 0, func() { Attention(y, lse, qkv, d, seq, batch, t, h, dHead) }},
		{"AttentionGrad", h * t * t / 2, 0, func() { AttentionGrad(dqkv, dy, y, lse, qkv, d, seq, batch, t, h, dHead) }},
		{"CrossEntropy", rows * v, 4, func() { CrossEntropy(loss, rowLSE, logits, targets, rows, v, stride) }},
		{"CrossEntropyGrad", rows * v, 8, func() {
			CrossEntropyGrad(logits, logits, rowLSE, loss, targets, rows, v, stride)
		}},
		{"SumSquares", params, 4, func() { SumSquares(p) }},
		{"Adam", params, 32, func() { Adam(p, g, m1, m2, AdamStep{1e-3, 1, 1, 1e-8, 0.01, 1}) }}, // decay 1: no denormals
	} {
		b.Run(k.name+"/"+simd.ISA(), func(b *testing.B) {
			for b.Loop() {
				k.run()
			}
			ns := b.Elapsed().Seconds() * 1e9 / float64(b.N) / float64(k.n)
			b.ReportMetric(ns, "ns/element")
			if k.bytes > 0 {
				b.ReportMetric(float64(k.bytes)/ns, "GB/s")
			}
		})
	}
}
