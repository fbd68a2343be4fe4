package layers

import (
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"gorgpt/graph"
	"gorgpt/graph/graphtest"
)

// run evaluates build on fixed inputs and returns its output and the gradients
// of all parameters.
func run(t *testing.T, train bool, b, tt, c int, params []graph.Param, build func(s *graph.Store, x graph.Node) graph.Node) (y []float32, grads map[string][]float32) {
	t.Helper()
	x := graph.Param{Name: "x.weight", Shape: []int{b * tt, c}}
	pos := graph.Param{Name: "x.positions", Shape: []int{tt, c}}
	s, err := graph.NewStore(append(params, x, pos))
	require.NoError(t, err)
	s.AllocateGradients()
	for i, p := range s.Params() {
		// Weights of about 1/√(inputs) keep sums near 1, as training does.
		graphtest.Fill(p.Value, uint64(i), 1/math.Sqrt(float64(p.Shape[0])))
	}
	g := graph.New(train)
	r := g.Random(b)
	*r.Seed, *r.Step = 5, 8
	ids, v := g.Ints("ids", b, tt)
	for i := range v {
		v[i] = int32(i)
	}
	// Embedding distinct ids makes the layer's input a parameter, so that the
	// gradient that flows out of the layer can be read as well.
	in := graph.Embed(ids, g.Param(s.Param("x.weight")), g.Param(s.Param("x.positions")))
	out := build(s, in)
	g.Backward(graphtest.Cost(g, out))
	m, err := g.Compile(new(graph.Arena), out)
	require.NoError(t, err)
	require.NoError(t, m.Run())
	grads = map[string][]float32{}
	for _, p := range s.Params() {
		grads[p.Name] = p.Grad
	}
	return out.Values(), grads
}

func requireSame(t *testing.T, train bool, b, tt, c int, params []graph.Param, fused, plain func(s *graph.Store, x graph.Node) graph.Node) {
	t.Helper()
	y1, g1 := run(t, train, b, tt, c, params, fused)
	y2, g2 := run(t, train, b, tt, c, params, plain)
	graphtest.AllClose(t, y2, y1, 1e-5*largest(y2), 1e-5, "output")
	for name := range g2 {
		graphtest.AllClose(t, g2[name], g1[name], 1e-5*largest(g2["x.positions"]), 1e-5, "gradient of "+name)
	}
}

// largest returns the greatest magnitude, which float32 rounding is relative to.
func largest(x []float32) float64 {
	top := 0.0
	for _, v := range x {
		top = max(top, math.Abs(float64(v)))
	}
	return top
}

func attention(s *graph.Store, h int) *Attention {
	return &Attention{
		QKV: Linear{s.Param("qkv.w"), s.Param("qkv.b")}, Proj: Linear{s.Param("proj.w"), s.Param("proj.b")},
		H: h, Drop: graph.Drop{Name: "attn_dropout", P: 0.3},
	}
}

func TestFusedAttentionEqualsPlain(t *testing.T) {
	for _, size := range [][4]int{{1, 1, 3, 1}, {2, 5, 6, 2}, {3, 37, 24, 3}, {1, 130, 64, 1}} {
		for _, train := range []bool{false, true} {
			t.Run(fmt.Sprint(size, train), func(t *testing.T) {
				b, tt, c, h := size[0], size[1], size[2], size[3]
				params := []graph.Param{
					{Name: "qkv.w", Shape: []int{c, 3 * c}},
					{Name: "qkv.b", Shape: []int{3 * c}},
					{Name: "proj.w", Shape: []int{c, c}},
					{Name: "proj.b", Shape: []int{c}},
				}
				requireSame(t, train, b, tt, c, params,
					func(s *graph.Store, x graph.Node) graph.Node { return attention(s, h).Forward(x) },
					func(s *graph.Store, x graph.Node) graph.Node { y, _ := attention(s, h).Plain(x); return y })
			})
		}
	}
}

func TestFusedResidualNormEqualsPlain(t *testing.T) {
	for _, size := range [][3]int{{1, 1, 2}, {2, 5, 7}, {3, 9, 40}} {
		for _, train := range []bool{false, true} {
			t.Run(fmt.Sprint(size, train), func(t *testing.T) {
				b, tt, c := size[0], size[1], size[2]
				params := []graph.Param{
					{Name: "w", Shape: []int{c, c}},
					{Name: "b", Shape: []int{c}},
					{Name: "gain", Shape: []int{c}},
					{Name: "bias", Shape: []int{c}},
				}
				drop := graph.Drop{Name: "resid", P: 0.3}
				layer := func(s *graph.Store) (Linear, LayerNorm) {
					return Linear{s.Param("w"), s.Param("b")}, LayerNorm{Gain: s.Param("gain"), Bias: s.Param("bias"), Eps: 1e-5}
				}
				requireSame(t, train, b, tt, c, params,
					func(s *graph.Store, x graph.Node) graph.Node {
						l, n := layer(s)
						return n.Residual(x, l.Forward(x), drop)
					},
					func(s *graph.Store, x graph.Node) graph.Node {
						l, n := layer(s)
						return n.residual(x, l.Forward(x), drop)
					})
			})
		}
	}
}
