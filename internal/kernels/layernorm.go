package kernels

import "gorgpt/internal/simd"

// LayerNorm normalises each row of x [rows C]:
//
//	y = (x − mean)·rstd·gain + bias, rstd = 1/√(variance + eps)
//
// with the biased variance. mean and rstd [rows] are kept for the gradient;
// gain and bias are [C]. y may be x.
func LayerNorm(y, mean, rstd, x, gain, bias []float32, rows, c int, eps float32) {
	check("LayerNorm", "y", len(y), rows*c)
	check("LayerNorm", "x", len(x), rows*c)
	check("LayerNorm", "mean", len(mean), rows)
	check("LayerNorm", "rstd", len(rstd), rows)
	check("LayerNorm", "gain", len(gain), c)
	check("LayerNorm", "bias", len(bias), c)
	layerNormCalls.run(rows, rowGrain(c), layerNormCall{y, mean, rstd, x, gain, bias, c, eps})
}

type layerNormCall struct {
	y, mean, rstd, x, gain, bias []float32
	c                            int
	eps                          float32
}

var layerNormCalls calls[layerNormCall, *layerNormCall]

func (t *layerNormCall) slab(_ *workspace, lo, hi int) {
	for r := lo; r < hi; r++ {
		t.mean[r], t.rstd[r] = simd.LayerNorm(row(t.y, r, t.c), row(t.x, r, t.c), t.gain, t.bias, t.eps)
	}
}

// LayerNormGrad is the gradient of [LayerNorm]: dx [rows C] = , dgain and dbias
// [C] +=. dx may be dy.
func LayerNormGrad(dx, dgain, dbias, dy, x, mean, rstd, gain []float32, rows, c int) {
	check("LayerNormGrad", "dx", len(dx), rows*c)
	check("LayerNormGrad", "dy", len(dy), rows*c)
	check("LayerNormGrad", "x", len(x), rows*c)
	check("LayerNormGrad", "mean", len(mean), rows)
	check("LayerNormGrad", "rstd", len(rstd), rows)
	check("LayerNormGrad", "gain", len(gain), c)
	layerNormGrad(dgain, dbias, rows, layerNormGradCall{
		dx: dx, dy: dy, x: x, mean: mean, rstd: rstd, gain: gain, c: c,
	})
}

// layerNormGradChunks is the number of chunks whose sums of dgain and dbias are
// taken apart and then added in order: enough for the cores of a large machine,
// and the same on a small one.
const layerNormGradChunks = 32

// layerNormGradCall also serves [ResidualNorm.Grad], which gives it
// dbranch.
type layerNormGradCall struct {
	dx, dy, x, mean, rstd, gain []float32
	c                           int

	dbranch []float32
	drop    Drop
	seq     []int32
	t       int

	rows, perChunk int
	sums           []float32 // [chunks 2 C]: dgain and dbias of each chunk
}

var layerNormGradCalls calls[layerNormGradCall, *layerNormGradCall]

// layerNormGrad runs call and adds its sums to dgain and dbias.
func layerNormGrad(dgain, dbias []float32, rows int, call layerNormGradCall) {
	c := call.c
	check("LayerNormGrad", "dgain", len(dgain), c)
	check("LayerNormGrad", "dbias", len(dbias), c)
	call.rows = rows
	call.perChunk = max((rows+layerNormGradChunks-1)/layerNormGradChunks, 1)
	chunks := (rows + call.perChunk - 1) / call.perChunk
	ws := workspaces.get()
	defer workspaces.put(ws)
	call.sums = grow(&ws.sums, chunks*2*c)
	layerNormGradCalls.run(chunks, 1, call)
	for i := range chunks {
		simd.Add(dgain, dgain, row(call.sums, 2*i, c))
		simd.Add(dbias, dbias, row(call.sums, 2*i+1, c))
	}
}

func (t *layerNormGradCall) slab(_ *workspace, lo, hi int) {
	for chunk := lo; chunk < hi; chunk++ {
		dgain, dbias := row(t.sums, 2*chunk, t.c), row(t.sums, 2*chunk+1, t.c)
		clear(dgain)
		clear(dbias)
		for r := chunk * t.perChunk; r < min((chunk+1)*t.perChunk, t.rows); r++ {
			dx := row(t.dx, r, t.c)
			simd.LayerNormGrad(dx, dgain, dbias, row(t.dy, r, t.c), row(t.x, r, t.c), t.gain, t.mean[r], t.rstd[r])
			if t.dbranch != nil {
				t.drop.row(row(t.dbranch, r, t.c), dx, 0, r%t.t, 0, t.seq[r/t.t])
			}
		}
	}
}
