package kernels

import (
	"math"

	"gorgpt/internal/simd"
)

// CrossEntropy computes, for each row of logits [rows stride] of which the
// first v columns count,
//
//	lse[i] = log Σ_j exp(logits[i,j]), loss[i] = lse[i] − logits[i,targets[i]].
//
// loss, lse and targets are [rows].
func CrossEntropy(loss, lse, logits []float32, targets []int32, rows, v, stride int) {
	check("CrossEntropy", "loss", len(loss), rows)
	checkLogits("CrossEntropy", lse, logits, targets, rows, v, stride)
	crossEntropyCalls.run(rows, rowGrain(v), crossEntropyCall{loss, lse, logits, targets, v, stride})
}

type crossEntropyCall struct {
	loss, lse, logits []float32
	targets           []int32
	v, stride         int
}

var crossEntropyCalls calls[crossEntropyCall, *crossEntropyCall]

func (t *crossEntropyCall) slab(_ *workspace, lo, hi int) {
	for i := lo; i < hi; i++ {
		x := t.logits[i*t.stride : i*t.stride+t.v]
		top := simd.Max(x)
		lse := top + float32(math.Log(float64(simd.SumExp(x, top))))
		t.lse[i] = lse
		t.loss[i] = lse - x[t.targets[i]]
	}
}

// CrossEntropyGrad is the gradient of [CrossEntropy]:
//
//	dlogits[i,j] = dloss[i]·(exp(logits[i,j] − lse[i]) − [j == targets[i]])
//
// and 0 in the columns from v to stride. dlogits [rows stride] may be logits.
func CrossEntropyGrad(dlogits, logits, lse, dloss []float32, targets []int32, rows, v, stride int) {
	check("CrossEntropyGrad", "dlogits", len(dlogits), rows*stride)
	check("CrossEntropyGrad", "dloss", len(dloss), rows)
	checkLogits("CrossEntropyGrad", lse, logits, targets, rows, v, stride)
	crossEntropyGradCalls.run(rows, rowGrain(v), crossEntropyGradCall{dlogits, logits, lse, dloss, targets, v, stride})
}

type crossEntropyGradCall struct {
	dlogits, logits, lse, dloss []float32
	targets                     []int32
	v, stride                   int
}

var crossEntropyGradCalls calls[crossEntropyGradCall, *crossEntropyGradCall]

func (t *crossEntropyGradCall) slab(_ *workspace, lo, hi int) {
	for i := lo; i < hi; i++ {
		dx := row(t.dlogits, i, t.stride)
		clear(dx[t.v:])
		simd.ExpSum(dx[:t.v], t.logits[i*t.stride:i*t.stride+t.v], 1, t.lse[i], t.dloss[i])
		dx[t.targets[i]] -= t.dloss[i]
	}
}

func checkLogits(call string, lse, logits []float32, targets []int32, rows, v, stride int) {
	check(call, "lse", len(lse), rows)
	check(call, "logits", len(logits), rows*stride)
	check(call, "targets", len(targets), rows)
	if v > stride {
		panic("kernels: " + call + ": more columns than the row stride")
	}
	checkIndices(call, targets, v)
}
