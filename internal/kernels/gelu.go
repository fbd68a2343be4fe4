package kernels

import "gorgpt/internal/simd"

// GELU computes y = x/2·(1 + tanh(√(2/π)·(x + 0.044715·x³))). y may be x.
func GELU(y, x []float32) {
	check("GELU", "x", len(x), len(y))
	geluCalls.run(len(y), elementGrain, geluCall{y, x})
}

type geluCall struct{ y, x []float32 }

var geluCalls calls[geluCall, *geluCall]

func (t *geluCall) slab(_ *workspace, lo, hi int) { simd.GELU(t.y[lo:hi], t.x[lo:hi]) }

// GELUGrad computes dx = dy·∂GELU(x)/∂x. dx may be dy or x.
func GELUGrad(dx, dy, x []float32) {
	check("GELUGrad", "dy", len(dy), len(dx))
	check("GELUGrad", "x", len(x), len(dx))
	geluGradCalls.run(len(dx), elementGrain, geluGradCall{dx, dy, x})
}

type geluGradCall struct{ dx, dy, x []float32 }

var geluGradCalls calls[geluGradCall, *geluGradCall]

func (t *geluGradCall) slab(_ *workspace, lo, hi int) {
	simd.GELUGrad(t.dx[lo:hi], t.dy[lo:hi], t.x[lo:hi])
}
