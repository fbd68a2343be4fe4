package simd

// LayerNorm normalises one row x [C] to y = (x − mean)·rstd·gain + bias, where
// rstd = 1/√(variance + eps) and the variance is the biased one. It returns
// mean and rstd for the gradient. y may be x.
func LayerNorm(y, x, gain, bias []float32, eps float32) (mean, rstd float32) {
	sameLen("LayerNorm", len(y), len(x))
	sameLen("LayerNorm", len(y), len(gain))
	sameLen("LayerNorm", len(y), len(bias))
	return active.layerNorm(y, x, gain, bias, eps)
}

// LayerNormGrad is the gradient of one row [C]: it overwrites dx and adds to
// dgain and dbias. With n = (x − mean)·rstd and h = dy·gain,
//
//	dx = rstd·(h − avg(h) − n·avg(h·n)), dgain += dy·n, dbias += dy.
//
// dx may be dy.
func LayerNormGrad(dx, dgain, dbias, dy, x, gain []float32, mean, rstd float32) {
	for _, n := range [...]int{len(dgain), len(dbias), len(dy), len(x), len(gain)} {
		sameLen("LayerNormGrad", len(dx), n)
	}
	active.layerNormGrad(dx, dgain, dbias, dy, x, gain, mean, rstd)
}
