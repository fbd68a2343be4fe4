package simd

// GELU computes the tanh form of the Gaussian error linear unit,
//
//	y = x/2·(1 + tanh(√(2/π)·(x + 0.044715·x³)))
//
// which, as (1 + tanh u)/2 = σ(2u), is x·σ(2u). y may be x.
func GELU(y, x []float32) {
	sameLen("GELU", len(y), len(x))
	for len(y) > chunk {
		active.gelu(y[:chunk], x[:chunk])
		y, x = y[chunk:], x[chunk:]
	}
	active.gelu(y, x)
}

// GELUGrad computes dx = dy·∂GELU(x)/∂x. dx may be dy or x.
func GELUGrad(dx, dy, x []float32) {
	sameLen("GELUGrad", len(dx), len(dy))
	sameLen("GELUGrad", len(dx), len(x))
	for len(dx) > chunk {
		active.geluGrad(dx[:chunk], dy[:chunk], x[:chunk])
		dx, dy, x = dx[chunk:], dy[chunk:], x[chunk:]
	}
	active.geluGrad(dx, dy, x)
}
