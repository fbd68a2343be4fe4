package kernels

import (
	"math"

	"gorgpt/internal/simd"
)

// attentionBlock is the number of queries in a block. Only the weights of one block,
// [attentionBlock T], are in memory.
const attentionBlock = 96

// Attention computes, for every sequence and head,
//
//	y = drop(softmax(mask(Q·Kᵀ/√D)))·V
//
// where query t sees keys 0…t. qkv [B T 3C] holds in each row q, k and v, each C
// wide, of which head h owns columns hD to (h+1)D. y is [B T C]. [Drop.Weights]
// defines the mask. lse [B H T] keeps the logarithm of each softmax's denominator,
// from which [AttentionGrad] recomputes the weights.
func Attention(y, lse, qkv []float32, d Drop, seq []int32, b, t, h, dHead int) {
	c := h * dHead
	check("Attention", "y", len(y), b*t*c)
	check("Attention", "lse", len(lse), b*h*t)
	check("Attention", "qkv", len(qkv), b*t*3*c)
	check("Attention", "seq", len(seq), b)
	attentionCalls.run(b*h, 1, attentionCall{
		y: y, lse: lse, qkv: qkv, drop: d, seq: seq,
		t: t, h: h, d: dHead, scale: float32(1 / math.Sqrt(float64(dHead))),
	})
}

// attentionCall holds the arguments of both passes; dy and dqkv belong to the gradient.
type attentionCall struct {
	y, lse, qkv []float32
	drop        Drop
	seq         []int32
	t, h, d     int
	scale       float32

	dy, dqkv []float32
}

var attentionCalls calls[attentionCall, *attentionCall]

// slab computes some heads, each in blocks of queries.
func (t *attentionCall) slab(ws *workspace, lo, hi int) {
	for unit := lo; unit < hi; unit++ {
		head := t.head(unit)
		for q0 := 0; q0 < t.t; q0 += attentionBlock {
			head.forward(ws, q0, min(q0+attentionBlock, t.t))
		}
	}
}

// attentionHead is one head of one sequence. q, k, v and the gradients start at
// its first element and have row stride 3C; y and dy have row stride C.
type attentionHead struct {
	*attentionCall
	q, k, v, y []float32
	lse        []float32 // [T]
	index      int
	seq        int32

	dq, dk, dv, dy []float32
}

// head returns head number unit of [B H].
func (t *attentionCall) head(unit int) attentionHead {
	b, h := unit/t.h, unit%t.h
	c := t.h * t.d
	at := b*t.t*3*c + h*t.d
	head := attentionHead{
		attentionCall: t,
		q:             t.qkv[at:], k: t.qkv[at+c:], v: t.qkv[at+2*c:],
		y:   t.y[b*t.t*c+h*t.d:],
		lse: row(t.lse, unit, t.t), index: h, seq: t.seq[b],
	}
	if t.dqkv != nil {
		head.dq, head.dk, head.dv = t.dqkv[at:], t.dqkv[at+c:], t.dqkv[at+2*c:]
		head.dy = t.dy[b*t.t*c+h*t.d:]
	}
	return head
}

// forward computes the queries [q0,q1). They see no keys beyond [0,q1).
func (a *attentionHead) forward(ws *workspace, q0, q1 int) {
	c := a.h * a.d
	rows := q1 - q0
	w := a.scores(ws, q0, q1)
	for i := range rows {
		query := q0 + i
		scores := w[i*q1 : (i+1)*q1]
		a.lse[query] = causalRow(scores, query+1, a.scale)
		a.drop.row(scores[:query+1], scores[:query+1], 0, query, a.index, a.seq)
	}
	// y = w·V: [rows q1]·[q1 D]
	g := gemm{m: rows, n: a.d, k: q1, a: w, lda: q1, b: a.v, ldb: 3 * c, c: a.y[q0*c:], ldc: c}
	g.serial(ws)
}

// causalRow turns one query's scores into weights, those of the first seen keys: their softmax
// after multiplication by scale, and 0 for the others. It returns the logarithm of the
// denominator.
func causalRow(w []float32, seen int, scale float32) float32 {
	clear(w[seen:])
	w = w[:seen]
	shift := scale * simd.Max(w)
	sum := simd.ExpSum(w, w, scale, shift, 1)
	simd.Scale(w, w, 1/sum)
	return shift + float32(math.Log(float64(sum)))
}

// scores returns Q·Kᵀ of the queries [q0,q1) and keys [0,q1), not yet scaled or
// masked: [q1−q0 q1].
func (a *attentionHead) scores(ws *workspace, q0, q1 int) []float32 {
	c := a.h * a.d
	w := grow(&ws.scores, (q1-q0)*q1)
	g := gemm{tB: true, m: q1 - q0, n: q1, k: a.d, a: a.q[q0*3*c:], lda: 3 * c, b: a.k, ldb: 3 * c, c: w, ldc: q1}
	g.serial(ws)
	return w
}
