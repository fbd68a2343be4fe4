package kernels

import (
	"fmt"

	"gorgpt/internal/simd"
)

// Embed looks up tokens and adds positions, those of sequence b from at[b] on:
// y[b,t,:] = tok[ids[b,t],:] + pos[at[b]+t,:]. y is [B T C], tok [V C], ids [B T],
// at [B]; pos holds at least at[b]+T rows of C.
func Embed(y, tok, pos []float32, ids, at []int32, t, c int) {
	checkEmbed("Embed", y, pos, ids, at, t, c)
	checkIndices("Embed", ids, len(tok)/max(c, 1))
	embedCalls.run(len(at)*t, rowGrain(c), embedCall{y, tok, pos, ids, at, t, c})
}

// checkEmbed panics unless the operands fit.
func checkEmbed(name string, y, pos []float32, ids, at []int32, t, c int) {
	check(name, "y", len(y), len(at)*t*c)
	check(name, "ids", len(ids), len(at)*t)
	for _, from := range at {
		if from < 0 || int(from) > len(pos)/max(c, 1)-t {
			panic("kernels: " + name + ": the table has no such position")
		}
	}
}

type embedCall struct {
	y, tok, pos []float32
	ids, at     []int32
	t, c        int
}

var embedCalls calls[embedCall, *embedCall]

func (t *embedCall) slab(_ *workspace, lo, hi int) {
	for r := lo; r < hi; r++ {
		simd.Add(row(t.y, r, t.c), row(t.tok, int(t.ids[r]), t.c), row(t.pos, int(t.at[r/t.t])+r%t.t, t.c))
	}
}

// EmbedCompact is [Embed] with a compact tok.
func EmbedCompact(y []float32, tok *Compact, pos []float32, ids, at []int32, t, c int) {
	checkEmbed("EmbedCompact", y, pos, ids, at, t, c)
	checkIndices("EmbedCompact", ids, tok.rows)
	embedCompactCalls.run(len(at)*t, rowGrain(c), embedCompactCall{y, pos, tok, ids, at, t, c})
}

type embedCompactCall struct {
	y, pos []float32
	tok    *Compact
	ids    []int32
	at     []int32
	t, c   int
}

var embedCompactCalls calls[embedCompactCall, *embedCompactCall]

func (t *embedCompactCall) slab(_ *workspace, lo, hi int) {
	for r := lo; r < hi; r++ {
		y := row(t.y, r, t.c)
		t.tok.Row(int(t.ids[r]), y)
		simd.Add(y, y, row(t.pos, int(t.at[r/t.t])+r%t.t, t.c))
	}
}

// Lookup copies the rows of tok [V C] that ids name: y[r,:] = tok[ids[r],:].
func Lookup(y, tok []float32, ids []int32, c int) {
	check("Lookup", "y", len(y), len(ids)*c)
	checkIndices("Lookup", ids, len(tok)/max(c, 1))
	for r, id := range ids {
		copy(row(y, r, c), row(tok, int(id), c))
	}
}

// EmbedTokGrad adds each row of dy [rows C] to the row of dtok [V C] that it
// came from: dtok[ids[r],:] += dy[r,:]. Rows of one id are added in order.
func EmbedTokGrad(dtok, dy []float32, ids []int32, rows, c int) {
	check("EmbedTokGrad", "dy", len(dy), rows*c)
	check("EmbedTokGrad", "ids", len(ids), rows)
	checkIndices("EmbedTokGrad", ids, len(dtok)/max(c, 1))
	embedTokGradCalls.run(c, columnGrain, embedTokGradCall{dtok, dy, ids, c})
}

type embedTokGradCall struct {
	dtok, dy []float32
	ids      []int32
	c        int
}

var embedTokGradCalls calls[embedTokGradCall, *embedTokGradCall]

// slab does some columns of all rows: two workers never meet at one id.
func (t *embedTokGradCall) slab(_ *workspace, lo, hi int) {
	for r, id := range t.ids {
		dst := row(t.dtok, int(id), t.c)[lo:hi]
		simd.Add(dst, dst, row(t.dy, r, t.c)[lo:hi])
	}
}

// EmbedPosGrad adds dy [B T C] over the batch to the first T rows of dpos:
// dpos[t,:] += Σ_b dy[b,t,:].
func EmbedPosGrad(dpos, dy []float32, b, t, c int) {
	check("EmbedPosGrad", "dpos, cut to T rows,", min(len(dpos), t*c), t*c)
	check("EmbedPosGrad", "dy", len(dy), b*t*c)
	embedPosGradCalls.run(t*c, elementGrain, embedPosGradCall{dpos, dy, b, t * c})
}

type embedPosGradCall struct {
	dpos, dy []float32
	b, size  int
}

var embedPosGradCalls calls[embedPosGradCall, *embedPosGradCall]

func (t *embedPosGradCall) slab(_ *workspace, lo, hi int) {
	dst := t.dpos[lo:hi]
	for b := range t.b {
		simd.Add(dst, dst, row(t.dy, b, t.size)[lo:hi])
	}
}

// checkIndices panics unless all indices lie in [0,n).
func checkIndices(call string, indices []int32, n int) {
	for i, id := range indices {
		if id < 0 || int(id) >= n {
			panic(fmt.Sprintf("kernels: %s: index %d at %d is outside [0,%d)", call, id, i, n))
		}
	}
}
