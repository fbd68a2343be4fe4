package kernels

import "gorgpt/internal/simd"

// ResidualNorm is the layer normalisation of a residual sum,
//
//	Sum = x + drop(branch),  y = LayerNorm(Sum)
//
// in one pass. It holds what the forward and the backward pass share. [Drop.Rows] defines the
// mask.
type ResidualNorm struct {
	Sum        []float32 // [B T C]: Forward writes it, Grad reads it
	Mean, Rstd []float32 // [B T]: likewise
	Gain       []float32 // [C]
	Drop       Drop
	Seq        []int32 // [B]
	B, T, C    int
}

func (n *ResidualNorm) check(call string) {
	rows := n.B * n.T
	check(call, "sum", len(n.Sum), rows*n.C)
	check(call, "mean", len(n.Mean), rows)
	check(call, "rstd", len(n.Rstd), rows)
	check(call, "gain", len(n.Gain), n.C)
	check(call, "seq", len(n.Seq), n.B)
}

// Forward computes y [B T C] from x and branch [B T C] and bias [C].
func (n ResidualNorm) Forward(y, x, branch, bias []float32, eps float32) {
	const call = "ResidualNorm.Forward"
	n.check(call)
	rows := n.B * n.T
	check(call, "y", len(y), rows*n.C)
	check(call, "x", len(x), rows*n.C)
	check(call, "branch", len(branch), rows*n.C)
	check(call, "bias", len(bias), n.C)
	residualCalls.run(rows, rowGrain(n.C), residualCall{
		layerNormCall{y, n.Mean, n.Rstd, n.Sum, n.Gain, bias, n.C, eps}, x, branch, n.Drop, n.Seq, n.T,
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

// Grad computes dx [B T C] = ∂Sum and dbranch [B T C] = drop(∂Sum) from dy [B T C], and adds
// to dgain and dbias [C]. dx may be dy.
func (n ResidualNorm) Grad(dx, dbranch, dgain, dbias, dy []float32) {
	const call = "ResidualNorm.Grad"
	n.check(call)
	rows := n.B * n.T
	check(call, "dx", len(dx), rows*n.C)
	check(call, "dbranch", len(dbranch), rows*n.C)
	check(call, "dy", len(dy), rows*n.C)
	layerNormGrad(dgain, dbias, rows, layerNormGradCall{
		dx: dx, dy: dy, x: n.Sum, mean: n.Mean, rstd: n.Rstd, gain: n.Gain, c: n.C,
		dbranch: dbranch, drop: n.Drop, seq: n.Seq, t: n.T,
	})
}
