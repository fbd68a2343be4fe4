package gpt1_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"gorgpt/gpt1"
	"gorgpt/graph"
)

func decodeModel(t *testing.T) *gpt1.Model {
	t.Helper()
	m, err := gpt1.New(gpt1.Config{NLayer: 3, NHead: 3, NEmbd: 15, NCtx: 40, VocabSize: 53, LayerNormEps: 1e-5, InitRange: 0.3})
	require.NoError(t, err)
	m.Init(3)
	for _, p := range m.Store.Params() { // biases and gains that are 0 and 1 would hide mistakes
		if len(p.Shape) == 1 {
			for i := range p.Value {
				p.Value[i] += 0.05 * float32(i%7-3)
			}
		}
	}
	return m
}

// hidden runs the whole model on b sequences at once. → [B T C]
func hidden(t *testing.T, m *gpt1.Model, ids []int32, b int) []float32 {
	t.Helper()
	g := graph.New(false)
	in, data := g.Ints("ids", b, len(ids)/b)
	copy(data, ids)
	h := m.Hidden(in)
	machine, err := g.Compile(new(graph.Arena), h)
	require.NoError(t, err)
	require.NoError(t, machine.Run())
	return append([]float32(nil), h.Values()...)
}

func someIDs(n, v int) []int32 {
	ids := make([]int32, n)
	for i := range ids {
		ids[i] = int32((i*i*7 + 3*i + 1) % v)
	}
	return ids
}

// near is the bound of two float32 sums of the same terms in another order.
func near(t *testing.T, want, got []float32, what string) {
	t.Helper()
	require.Len(t, got, len(want))
	for i := range want {
		require.InDelta(t, want[i], got[i], 2e-5, "%s at %d", what, i)
	}
}

// TestCachedEqualsHidden feeds two sequences to the cache, in parts of several lengths.
func TestCachedEqualsHidden(t *testing.T) {
	m := decodeModel(t)
	const b, length = 2, 40
	ids := someIDs(b*length, m.VocabSize)
	want := hidden(t, m, ids, b)
	for _, parts := range [][]int{{40}, {20, 20}, {1, 1, 1, 37}, {16, 9, 9, 1, 1, 4}} {
		caches, arena, from := m.NewCaches(b+1), new(graph.Arena), 0
		for _, n := range parts {
			g := graph.New(false)
			in, data := g.Ints("ids", b, n)
			at, position := g.Ints("at", b)
			slots, place := g.Ints("slots", b)
			h := m.Cached(in, at, slots, caches)
			machine, err := g.Compile(arena, h)
			require.NoError(t, err)
			for i := range b {
				copy(data[i*n:(i+1)*n], ids[i*length+from:])
			}
			for i := range b {
				position[i], place[i] = int32(from), int32(2-2*i) // any slots
			}
			require.NoError(t, machine.Run())
			for i := range b {
				require.Equal(t, want[(i*length+from)*m.NEmbd:(i*length+from+n)*m.NEmbd], h.Values()[i*n*m.NEmbd:(i+1)*n*m.NEmbd], "hidden")
			}
			from += n
		}
	}
}

// TestCachedPositions refuses positions that the model or the cache does not have.
func TestCachedPositions(t *testing.T) {
	m := decodeModel(t)
	caches := m.NewCaches(1)
	g := graph.New(false)
	in, _ := g.Ints("ids", 1, 2)
	at, position := g.Ints("at", 1)
	slots, place := g.Ints("slots", 1)
	h := m.Cached(in, at, slots, caches)
	machine, err := g.Compile(new(graph.Arena), h)
	require.NoError(t, err)
	for _, from := range []int32{39, -1} {
		position[0] = from
		require.ErrorContains(t, machine.Run(), "the model has 40")
	}
	position[0] = 38
	require.NoError(t, machine.Run())
	for _, slot := range []int32{1, -1} {
		place[0] = slot
		require.ErrorContains(t, machine.Run(), "the cache has 1, and each sequence needs its own")
	}

	g = graph.New(false)
	in, _ = g.Ints("ids", 2, 1)
	at, _ = g.Ints("at", 2)
	slots, _ = g.Ints("slots", 2)
	m.Cached(in, at, slots, caches)
	require.ErrorContains(t, g.Err(), "h.0.attn.attention: [2 1 45] at [2] in slots [2] with a cache [1 3 40 5]")

	g = graph.New(false)
	in, _ = g.Ints("ids", 2, 1)
	at, _ = g.Ints("at", 1)
	slots, _ = g.Ints("slots", 2)
	m.Cached(in, at, slots, m.NewCaches(2))
	require.ErrorContains(t, g.Err(), "ids [2 1] at [1]: want [B T] at [B]")
}

// TestPlainEqualsHidden compares the plain attention with the fused, and looks at its weights.
func TestPlainEqualsHidden(t *testing.T) {
	m := decodeModel(t)
	const length = 11
	ids := someIDs(length, m.VocabSize)
	g := graph.New(false)
	in, data := g.Ints("ids", 1, length)
	copy(data, ids)
	states, weights := m.Plain(in)
	require.Len(t, states, m.NLayer+1)
	require.Len(t, weights, m.NLayer)
	h := states[m.NLayer]
	machine, err := g.Compile(new(graph.Arena), append([]graph.Node{h}, weights...)...)
	require.NoError(t, err)
	require.NoError(t, machine.Run())
	near(t, hidden(t, m, ids, 1), h.Values(), "hidden")
	for _, w := range weights {
		require.Equal(t, []int{1, m.NHead, length, length}, w.Shape())
		for row, values := 0, w.Values(); row < m.NHead*length; row++ {
			sum := float32(0)
			for key, v := range values[row*length : (row+1)*length] {
				if key > row%length {
					require.Zero(t, v, "nothing is seen of what follows")
				}
				sum += v
			}
			require.InDelta(t, 1, sum, 1e-6)
		}
	}
}
