package kernels

import "gorgpt/internal/simd"

// ResidualLayerNorm computes sum = x + drop(branch) and y = LayerNorm(sum) in
// one pass. y, sum, x and branch are [B T C], mean and rstd [B T], gain and bias
// [C], seq [B]; the mask is that of [Drop.Rows].
func ResidualLayerNorm(y, sum, mean, rstd, x, branch, gain, bias []float32, d Drop, seq []int32, b, t, c int, eps float32) {
	const call = "ResidualLayerNorm"
	rows := b * t
	check(call, "y", len(y), rows*c)
	check(call, "sum", len(sum), rows*c)
	check(call, "mean", len(mean), rows)
	check(call, "rstd", len(rstd), rows)
	check(call, "x", len(x), rows*c)
	check(call, "branch", len(branch), rows*c)
	check(call, "gain", len(gain), c)
	check(call, "bias", len(bias), c)
	check(call, "seq", len(seq), b)
	residualCalls.run(rows, rowGrain(c), residualCall{
		layerNormCall{y, mean, rstd, sum, gain, bias, c, eps}, x, branch, d, seq, t,
	})
}

type residualCall struct {
	norm      layerNormCall
	x, branch []float32
	drop      Drop
	seq       []int32
	t         int
}

var residualCalls calls[residualCall, *residualCall]

func (t *residualCall) slab(ws *workspace, lo, hi int) {
	for r := lo; r < hi; r++ {
		sum := row(t.norm.x, r, t.norm.c)
		t.drop.row(sum, row(t.branch, r, t.norm.c), 0, r%t.t, 0, t.seq[r/t.t])
		simd.Add(sum, sum, row(t.x, r, t.norm.c))
		t.norm.slab(ws, r, r+1)
	}
}

// ResidualLayerNormGrad is the gradient of [ResidualLayerNorm]: dx [B T C] =
// ∂sum, dbranch [B T C] = drop(∂sum), dgain and dbias [C] +=. dx may be dy.
func ResidualLayerNormGrad(dx, dbranch, dgain, dbias, dy, sum, mean, rstd, gain []float32, d Drop, seq []int32, b, t, c int) {
	const call = "ResidualLayerNormGrad"
	rows := b * t
	check(call, "dx", len(dx), rows*c)
	check(call, "dbranch", len(dbranch), rows*c)
	check(call, "dy", len(dy), rows*c)
	check(call, "sum", len(sum), rows*c)
	check(call, "mean", len(mean), rows)
	check(call, "rstd", len(rstd), rows)
	check(call, "gain", len(gain), c)
	check(call, "seq", len(seq), b)
	layerNormGrad(dgain, dbias, rows, layerNormGradCall{
		dx: dx, dy: dy, x: sum, mean: mean, rstd: rstd, gain: gain, c: c,
		dbranch: dbranch, drop: d, seq: seq, t: t,
	})
}
