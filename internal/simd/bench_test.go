package simd

import "testing"

// BenchmarkPrimitive reports each primitive's time per element in every table,
// on a row of GPT-1's width (in the first-level cache).
func BenchmarkPrimitive(b *testing.B) {
	const n = 768
	a := newArena(1)
	x, y, z, w, u, v := a.slice(n), a.slice(n), a.slice(n), a.slice(n), a.slice(n), a.slice(n)
	for _, k := range append(assembled(), generic) {
		for _, p := range []struct {
			name string
			run  func()
		}{
			{"add", func() { k.add(z, x, y) }},
			{"scale", func() { k.scale(z, x, 0.5) }},
			{"axpy", func() { k.axpy(z, x, 1e-9) }},
			{"dot", func() { k.dot(x, y) }},
			{"max", func() { k.maximum(x) }},
			{"sumSquares", func() { k.sumSquares(x) }},
			{"shiftMul", func() { k.shiftMul(z, x, y, 0.1, 0.1) }},
			{"mulSub", func() { k.mulSub(z, x, y, w, 0.1, 0.1) }},
			{"expSum", func() { k.expSum(z, x, 1, 1, 1) }},
			{"sumExp", func() { k.sumExp(x, 1) }},
			{"gelu", func() { k.gelu(z, x) }},
			{"geluGrad", func() { k.geluGrad(z, y, x) }},
			{"layerNorm", func() { k.layerNorm(z, x, y, w, 1e-5) }},
			{"layerNormGrad", func() { k.layerNormGrad(z, u, v, w, x, y, 0, 1) }},
			{"dropout", func() { k.dropout(z, x, 1, 2, 3, 4, 5, 6554, 1.1) }},
			{"adam", func() { k.adam(u, v, w, z, 1e-3, 1, 0.1, 1, 0.001, 1e-8, 0.01, 1) }},
		} {
			clear(z) // the second moment must not be negative; with decay 1 none gets denormal
			b.Run(p.name+"/"+k.name, func(b *testing.B) {
				for b.Loop() {
					p.run()
				}
				b.ReportMetric(b.Elapsed().Seconds()*1e9/float64(b.N)/n, "ns/element")
			})
		}
	}
}
