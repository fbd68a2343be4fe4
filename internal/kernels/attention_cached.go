package kernels

import "math"

// CachedAttention is [Attention] of T positions of each sequence b that follow its first at[b] ones,
// whose keys and values are in a slot of a cache: query t sees keys 0…at[b]+t.
//
// qkv [B T 3C] holds q, k and v of the new positions; their k and v are written to the cache
// first. keys and values [slots H N D] have room for N positions, at[b]+T ≤ N; sequence b has the
// slot slots[b], and no two have the same. y is [B T C]. Nothing is dropped. y has the bits that
// Attention has.
func CachedAttention(y, keys, values, qkv []float32, at, slots []int32, t, h, n, dHead int) {
	b, c := len(at), h*dHead
	check("CachedAttention", "y", len(y), b*t*c)
	check("CachedAttention", "qkv", len(qkv), b*t*3*c)
	check("CachedAttention", "slots", len(slots), b)
	check("CachedAttention", "values", len(values), len(keys))
	checkIndices("CachedAttention", slots, len(keys)/max(n*c, 1))
	for _, from := range at {
		if from < 0 || int(from) > n-t {
			panic("kernels: CachedAttention: the cache has no room for the positions")
		}
	}
	cachedAttentionCalls.run(b*h, 1, cachedAttentionCall{
		y: y, keys: keys, values: values, qkv: qkv, at: at, slots: slots, t: t, h: h, n: n, d: dHead,
		scale: float32(1 / math.Sqrt(float64(dHead))),
	})
}

type cachedAttentionCall struct {
	y, keys, values, qkv []float32
	at, slots            []int32
	t, h, n, d           int
	scale                float32
}

var cachedAttentionCalls calls[cachedAttentionCall, *cachedAttentionCall]

// slab does some heads, counted in [B H].
func (a *cachedAttentionCall) slab(ws *workspace, lo, hi int) {
	c, size := a.h*a.d, a.n*a.d
	for unit := lo; unit < hi; unit++ {
		b, h := unit/a.h, unit%a.h
		q := a.qkv[b*a.t*3*c+h*a.d:]
		at, head := int(a.at[b]), int(a.slots[b])*a.h+h
		keys, values := row(a.keys, head, size), row(a.values, head, size)
		for i := range a.t {
			copy(keys[(at+i)*a.d:(at+i+1)*a.d], q[i*3*c+c:])
			copy(values[(at+i)*a.d:(at+i+1)*a.d], q[i*3*c+2*c:])
		}
		y := a.y[b*a.t*c+h*a.d:]
		for q0 := 0; q0 < a.t; q0 += attentionBlock {
			a.queries(ws, y, q, keys, values, at, q0, min(q0+attentionBlock, a.t))
		}
	}
}

// queries does the queries [q0,q1) of one head, which follow at positions. q and y have row strides
// 3C and C.
func (a *cachedAttentionCall) queries(ws *workspace, y, q, keys, values []float32, at, q0, q1 int) {
	c, rows, seen := a.h*a.d, q1-q0, at+q1
	w := grow(&ws.scores, rows*seen)
	g := gemm{tB: true, m: rows, n: seen, k: a.d, a: q[q0*3*c:], lda: 3 * c, b: keys, ldb: a.d, c: w, ldc: seen}
	g.serial(ws)
	for i := range rows {
		causalRow(row(w, i, seen), at+q0+i+1, a.scale)
	}
	g = gemm{m: rows, n: a.d, k: seen, a: w, lda: seen, b: values, ldb: a.d, c: y[q0*c:], ldc: c}
	g.serial(ws)
}
