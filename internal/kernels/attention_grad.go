package kernels

import (
	"math"

	"gorgpt/internal/simd"
)

// AttentionGrad is the gradient of [Attention]: dqkv [B T 3C] = , from dy
// [B T C] and the inputs and outputs of the forward pass. With P the softmax, M the
// dropout mask with its scale and W = P∘M,
//
//	dV = Wᵀ·dY
//	dP = (dY·Vᵀ)∘M
//	dS = P∘(dP − rowsum(dP∘P))/√D
//	dQ = dS·K, dK = dSᵀ·Q
//
// and rowsum(dP∘P) = rowsum(dY∘Y), which needs no weights.
func AttentionGrad(dqkv, dy, y, lse, qkv []float32, d Drop, seq []int32, b, t, h, dHead int) {
	c := h * dHead
	check("AttentionGrad", "dqkv", len(dqkv), b*t*3*c)
	check("AttentionGrad", "dy", len(dy), b*t*c)
	check("AttentionGrad", "y", len(y), b*t*c)
	check("AttentionGrad", "lse", len(lse), b*h*t)
	check("AttentionGrad", "qkv", len(qkv), b*t*3*c)
	check("AttentionGrad", "seq", len(seq), b)
	attentionGradCalls.run(b*h, 1, attentionGradCall{attentionCall{
		y: y, lse: lse, qkv: qkv, drop: d, seq: seq,
		t: t, h: h, d: dHead, scale: float32(1 / math.Sqrt(float64(dHead))),
		dy: dy, dqkv: dqkv,
	}})
}

type attentionGradCall struct{ attentionCall }

var attentionGradCalls calls[attentionGradCall, *attentionGradCall]

// slab computes some heads. It starts with the last block of queries, which sees every
// key and therefore overwrites dK and dV; the others add to them.
func (t *attentionGradCall) slab(ws *workspace, lo, hi int) {
	for unit := lo; unit < hi; unit++ {
		head := t.head(unit)
		for q1 := t.t; q1 > 0; {
			q0 := (q1 - 1) / attentionBlock * attentionBlock
			head.backward(ws, q0, q1)
			q1 = q0
		}
	}
}

// backward computes the queries [q0,q1) against the keys [0,q1).
func (a *attentionHead) backward(ws *workspace, q0, q1 int) {
	c := a.h * a.d
	rows := q1 - q0
	p := a.scores(ws, q0, q1)
	// dW = dY·Vᵀ: [rows D]·[D q1]
	dw := grow(&ws.grads, rows*q1)
	dy := a.dy[q0*c:]
	g := gemm{tB: true, m: rows, n: q1, k: a.d, a: dy, lda: c, b: a.v, ldb: 3 * c, c: dw, ldc: q1}
	g.serial(ws)
	for i := range rows {
		a.backwardRow(ws, p[i*q1:(i+1)*q1], dw[i*q1:(i+1)*q1], q0+i)
	}
	// dV += Wᵀ·dY: [q1 rows]·[rows D]
	a.product(ws, gemm{tA: true, m: q1, k: rows, a: p, lda: q1, b: dy, ldb: c, c: a.dv}, q1 < a.t)
	// dK += dSᵀ·Q: [q1 rows]·[rows D]
	a.product(ws, gemm{tA: true, m: q1, k: rows, a: dw, lda: q1, b: a.q[q0*3*c:], ldb: 3 * c, c: a.dk}, q1 < a.t)
	// dQ = dS·K: [rows q1]·[q1 D]
	a.product(ws, gemm{m: rows, k: q1, a: dw, lda: q1, b: a.k, ldb: 3 * c, c: a.dq[q0*3*c:]}, false)
}

// backwardRow takes one query's scores to W and its dW to dS. As W = P∘M, the
// mask is drawn once: dS = (dW∘W − rowsum(dP∘P)·P)/√D.
func (a *attentionHead) backwardRow(ws *workspace, w, dw []float32, query int) {
	c := a.h * a.d
	seen := query + 1
	clear(w[seen:])
	clear(dw[seen:])
	w, dw = w[:seen], dw[:seen]
	at := query * c
	delta := simd.Dot(a.dy[at:at+a.d], a.y[at:at+a.d])
	p := grow(&ws.softmax, seen)
	simd.ExpSum(p, w, a.scale, a.lse[query], 1)
	a.drop.row(w, p, 0, query, a.index, a.seq)
	simd.MulSub(dw, dw, w, p, delta, a.scale)
}

// product runs g, whose result is D columns of dqkv, adding to them if asked.
func (a *attentionHead) product(ws *workspace, g gemm, add bool) {
	g.n, g.ldc = a.d, 3*a.h*a.d
	if add {
		g.add, g.ldadd = g.c, g.ldc
	}
	g.serial(ws)
}
