package gpt1_test

import (
	"fmt"
	"math"
	"runtime"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"gorgpt/gpt1"
	"gorgpt/graph"
)

// TestRowsHaveTheSameBits computes the states and scores of texts in one go, token by token, in
// chunks, with and without a cache, alone and beside others. In each type of weights, a position
// has the same bits every time, on any number of cores.
func TestRowsHaveTheSameBits(t *testing.T) {
	c := gpt1.Config{NLayer: 2, NHead: 3, NEmbd: 39, NCtx: 400, VocabSize: 131, LayerNormEps: 1e-5, InitRange: 0.2}
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	for _, d := range graph.Dtypes() {
		m, err := gpt1.New(c)
		require.NoError(t, err)
		m.Init(5)
		require.NoError(t, m.Compact(d))
		var first []float32
		for _, procs := range []int{1, 2, 3} {
			runtime.GOMAXPROCS(procs)
			texts := someIDs(2*c.NCtx, c.VocabSize)
			want := logits(t, m, texts, 2)
			if first == nil {
				first = want
			}
			requireBits(t, first, want, fmt.Sprintf("%s on %d cores", d, procs))
			half := len(want) / 2
			requireBits(t, want[half:], logits(t, m, texts[c.NCtx:], 1), fmt.Sprintf("%s, a text alone", d))
			for _, length := range []int{1, 2, 7, 16, 17, 64} {
				some := append(slices.Clone(texts[:length]), texts[c.NCtx:c.NCtx+length]...)
				got, wide := logits(t, m, some, 2), length*len(want)/len(texts)
				requireBits(t, want[:wide], got[:wide], fmt.Sprintf("%s, %d tokens", d, length))
				requireBits(t, want[half:half+wide], got[wide:], fmt.Sprintf("%s, %d tokens of the second", d, length))
			}
			for _, parts := range [][]int{{400}, slices.Repeat([]int{1}, 400), {1, 2, 7, 16, 17, 64, 293}, {256, 128, 16}} {
				for _, b := range []int{1, 2} {
					cached := cachedLogits(t, m, texts, b, parts)
					requireBits(t, want[:len(cached)], cached, fmt.Sprintf("%s, %d cached texts in %d parts", d, b, len(parts)))
				}
			}
		}
	}
}

// requireBits compares bits.
func requireBits(t *testing.T, want, got []float32, what string) {
	t.Helper()
	require.Len(t, got, len(want), what)
	for i, w := range want {
		if math.Float32bits(w) != math.Float32bits(got[i]) {
			require.Failf(t, what, "at %d of %d got %g, want %g", i, len(got), got[i], w)
		}
	}
}

// logits computes the scores of b texts of equal length. → [B T V]
func logits(t *testing.T, m *gpt1.Model, ids []int32, b int) []float32 {
	t.Helper()
	g := graph.New(false)
	in, data := g.Ints("ids", b, len(ids)/b)
	copy(data, ids)
	scores := m.Logits(m.Hidden(in))
	machine, err := g.Compile(new(graph.Arena), scores)
	require.NoError(t, err)
	require.NoError(t, machine.Run())
	return trim(scores.Values(), m.VocabSize)
}

// trim removes the padding of logits.
func trim(scores []float32, v int) []float32 {
	var all []float32
	for row := range slices.Chunk(scores, graph.LogitsStride(v)) {
		all = append(all, row[:v]...)
	}
	return all
}

// cachedLogits computes the scores of the first b of two texts, in parts. → [B T V]
func cachedLogits(t *testing.T, m *gpt1.Model, texts []int32, b int, parts []int) []float32 {
	t.Helper()
	length := len(texts) / 2
	caches, arena, at := m.NewCaches(b), new(graph.Arena), 0
	rows := make([][]float32, b)
	type pass struct {
		in, position []int32
		scores       graph.Node
		machine      *graph.Machine
	}
	passes := map[int]*pass{}
	for _, n := range parts {
		p := passes[n]
		if p == nil {
			p = &pass{}
			g := graph.New(false)
			in, data := g.Ints("ids", b, n)
			from, position := g.Ints("at", b)
			slots, places := g.Ints("slots", b)
			for i := range places {
				places[i] = int32(i)
			}
			p.in, p.position, p.scores = data, position, m.Logits(m.Cached(in, from, slots, caches))
			var err error
			p.machine, err = g.Compile(arena, p.scores)
			require.NoError(t, err)
			passes[n] = p
		}
		for i := range b {
			copy(p.in[i*n:(i+1)*n], texts[i*length+at:])
		}
		for i := range p.position {
			p.position[i] = int32(at)
		}
		require.NoError(t, p.machine.Run())
		values := trim(p.scores.Values(), m.VocabSize)
		for i := range b {
			rows[i] = append(rows[i], values[i*len(values)/b:(i+1)*len(values)/b]...)
		}
		at += n
	}
	return slices.Concat(rows...)
}
