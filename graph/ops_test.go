package graph_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"gorgpt/graph"
	"gorgpt/graph/graphtest"
)

// Every op with a gradient is checked, with odd sizes.
func TestGradients(t *testing.T) {
	drop := graph.Drop{Name: "here", P: 0.4}
	cases := map[string]graphtest.Case{
		"linear":            {Shapes: [][]int{{2, 3, 5}, {5, 7}, {7}}, Build: func(_ *graph.Graph, in []graph.Node) graph.Node { return in[0].Linear(in[1], in[2]) }},
		"linear of one row": {Shapes: [][]int{{1, 3}, {3, 1}, {1}}, Build: func(_ *graph.Graph, in []graph.Node) graph.Node { return in[0].Linear(in[1], in[2]) }},
		"logits": {Shapes: [][]int{{1, 5, 3}, {9, 3}}, Build: func(g *graph.Graph, in []graph.Node) graph.Node {
			targets, ids := g.Ints("targets", 1, 5)
			copy(ids, []int32{0, 8, 3, 3, 1})
			return in[0].TiedLogits(in[1]).CrossEntropy(targets, 9)
		}},
		"gelu":       {Shapes: [][]int{{1, 5, 3}}, Build: func(_ *graph.Graph, in []graph.Node) graph.Node { return in[0].GELU() }},
		"layer norm": {Shapes: [][]int{{2, 1, 5}, {5}, {5}}, Build: func(_ *graph.Graph, in []graph.Node) graph.Node { return in[0].LayerNorm(in[1], in[2], 1e-5) }},
		"residual norm": {Shapes: [][]int{{2, 3, 5}, {2, 3, 5}, {5}, {5}}, Build: func(_ *graph.Graph, in []graph.Node) graph.Node {
			return in[0].ResidualLayerNorm(in[1], in[2], in[3], 1e-5, drop)
		}},
		"residual norm, dropout": {Train: true, Sequences: 2, Shapes: [][]int{{2, 3, 5}, {2, 3, 5}, {5}, {5}}, Build: func(_ *graph.Graph, in []graph.Node) graph.Node {
			return in[0].ResidualLayerNorm(in[1], in[2], in[3], 1e-5, drop)
		}},
		"attention":                 {Shapes: [][]int{{2, 5, 18}}, Build: func(_ *graph.Graph, in []graph.Node) graph.Node { return in[0].Attention(2, drop) }},
		"attention, dropout":        {Train: true, Sequences: 2, Shapes: [][]int{{2, 5, 18}}, Build: func(_ *graph.Graph, in []graph.Node) graph.Node { return in[0].Attention(2, drop) }},
		"attention of one position": {Shapes: [][]int{{1, 1, 9}}, Build: func(_ *graph.Graph, in []graph.Node) graph.Node { return in[0].Attention(1, drop) }},
		"dropout":                   {Train: true, Sequences: 2, Shapes: [][]int{{2, 3, 5}}, Build: func(_ *graph.Graph, in []graph.Node) graph.Node { return in[0].Dropout(drop) }},
		"dropout of weights":        {Train: true, Sequences: 2, Shapes: [][]int{{2, 3, 5, 5}}, Build: func(_ *graph.Graph, in []graph.Node) graph.Node { return in[0].Dropout(drop) }},
		"dropout of states":         {Train: true, Sequences: 3, Shapes: [][]int{{3, 5}}, Build: func(_ *graph.Graph, in []graph.Node) graph.Node { return in[0].Dropout(drop) }},
		"embed": {Shapes: [][]int{{7, 3}, {6, 3}}, Build: func(g *graph.Graph, in []graph.Node) graph.Node {
			ids, v := g.Ints("ids", 2, 5)
			copy(v, []int32{0, 6, 6, 2, 1, 3, 3, 3, 0, 6})
			return graph.Embed(ids, in[0], in[1])
		}},
		"pick": {Shapes: [][]int{{3, 5, 2}}, Build: func(g *graph.Graph, in []graph.Node) graph.Node {
			at, v := g.Ints("at", 3)
			copy(v, []int32{4, 0, 2})
			return in[0].PickRows(at)
		}},
		"cross entropy": {Shapes: [][]int{{3, 5}}, Build: func(g *graph.Graph, in []graph.Node) graph.Node {
			targets, v := g.Ints("targets", 3)
			copy(v, []int32{4, 0, 2})
			return in[0].CrossEntropy(targets, 5)
		}},
		"squared error": {Shapes: [][]int{{3, 1}}, Build: func(g *graph.Graph, in []graph.Node) graph.Node {
			targets, v := g.Floats("targets", 3)
			copy(v, []float32{4, 0, -2})
			return in[0].SquaredError(targets)
		}},
		"sigmoid cross entropy": {Shapes: [][]int{{3, 5}}, Build: func(g *graph.Graph, in []graph.Node) graph.Node {
			targets, v := g.Floats("targets", 3, 5)
			copy(v, []float32{1, 0, 0, 1, 1, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1})
			return in[0].SigmoidCrossEntropy(targets)
		}},
		"mean": {Shapes: [][]int{{3, 1}}, Build: func(g *graph.Graph, in []graph.Node) graph.Node {
			n, v := g.Scalar("n")
			*v = 7
			return in[0].SumOver(n)
		}},
		"λ": {Shapes: [][]int{{3}, {2}}, Build: func(g *graph.Graph, in []graph.Node) graph.Node {
			n, v := g.Scalar("n")
			*v = 7
			return in[0].SumOver(n).AddScaled(in[1].SumOver(n), 0.5)
		}},
		"add":      {Shapes: [][]int{{3, 5}, {3, 5}}, Build: func(_ *graph.Graph, in []graph.Node) graph.Node { return in[0].Add(in[1]) }},
		"two uses": {Shapes: [][]int{{3, 5}}, Build: func(_ *graph.Graph, in []graph.Node) graph.Node { return in[0].GELU().Add(in[0].Scale(0.3)).Add(in[0]) }},
		"scale":    {Shapes: [][]int{{3, 5}}, Build: func(_ *graph.Graph, in []graph.Node) graph.Node { return in[0].Scale(-1.5) }},
		"matmul":   {Shapes: [][]int{{2, 3, 5}, {2, 5, 7}}, Build: func(_ *graph.Graph, in []graph.Node) graph.Node { return in[0].MatMul(in[1]) }},
		"matmulT":  {Shapes: [][]int{{2, 3, 5}, {2, 7, 5}}, Build: func(_ *graph.Graph, in []graph.Node) graph.Node { return in[0].MatMulT(in[1]) }},
		"causal":   {Shapes: [][]int{{2, 3, 3}}, Build: func(_ *graph.Graph, in []graph.Node) graph.Node { return in[0].Causal().Softmax() }},
		"softmax":  {Shapes: [][]int{{3, 5}}, Build: func(_ *graph.Graph, in []graph.Node) graph.Node { return in[0].Softmax() }},
		"split3": {Shapes: [][]int{{2, 9}}, Build: func(_ *graph.Graph, in []graph.Node) graph.Node {
			q, k, v := in[0].Split3()
			return q.Scale(2).Add(k).Add(v.Scale(-3))
		}},
		"heads":   {Shapes: [][]int{{2, 3, 8}}, Build: func(_ *graph.Graph, in []graph.Node) graph.Node { return in[0].Heads(4) }},
		"merge":   {Shapes: [][]int{{2, 3, 5, 4}}, Build: func(_ *graph.Graph, in []graph.Node) graph.Node { return in[0].Merge() }},
		"reshape": {Shapes: [][]int{{6, 1}}, Build: func(_ *graph.Graph, in []graph.Node) graph.Node { return in[0].Reshape(2, 3).Softmax() }},
		"lstm": {Shapes: [][]int{{2, 5, 3}, {20, 3}, {20, 5}, {20}, {20}}, Build: func(_ *graph.Graph, in []graph.Node) graph.Node {
			return in[0].LSTM(in[1], in[2], in[3], in[4])
		}},
		"lstm of one step": {Shapes: [][]int{{3, 1, 5}, {4, 5}, {4, 1}, {4}, {4}}, Build: func(_ *graph.Graph, in []graph.Node) graph.Node {
			return in[0].LSTM(in[1], in[2], in[3], in[4])
		}},
		"lookup": {Shapes: [][]int{{7, 3}}, Build: func(g *graph.Graph, in []graph.Node) graph.Node {
			ids, v := g.Ints("ids", 2, 5)
			copy(v, []int32{0, 6, 6, 2, 1, 3, 3, 3, 0, 6})
			return graph.Lookup(ids, in[0])
		}},
		"sum groups": {Shapes: [][]int{{6, 3}}, Build: func(_ *graph.Graph, in []graph.Node) graph.Node { return in[0].SumGroups(2) }},
	}
	run, tested := 0, map[string]bool{}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			run++
			var g *graph.Graph
			build := c.Build
			c.Build = func(of *graph.Graph, in []graph.Node) graph.Node {
				g = of
				return build(of, in)
			}
			graphtest.Gradients(t, c)
			for _, at := range graph.GradientsOf(g) {
				tested[at] = true
			}
		})
	}
	if t.Failed() || run < len(cases) { // -run selected some cases
		return
	}
	for _, at := range gradients(t) {
		require.True(t, tested[at], "%s: no case of this test has the op whose gradient stands there", at)
	}
}

// gradients finds where the gradients of ops stand in the source of the package: file:line.
func gradients(t *testing.T) (found []string) {
	t.Helper()
	files, err := filepath.Glob("*.go")
	require.NoError(t, err)
	set := token.NewFileSet()
	add := func(value ast.Expr) bool {
		_, literal := value.(*ast.FuncLit)
		if literal {
			at := set.Position(value.Pos())
			found = append(found, fmt.Sprintf("%s:%d", at.Filename, at.Line))
		}
		return literal
	}
	for _, file := range files {
		tree, err := parser.ParseFile(set, file, nil, 0)
		require.NoError(t, err)
		ast.Inspect(tree, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.KeyValueExpr:
				if key, ok := n.Key.(*ast.Ident); ok && key.Name == "grad" {
					require.True(t, add(n.Value), "%s: the gradient is not a function literal", set.Position(n.Pos()))
				}
			case *ast.AssignStmt:
				for i, to := range n.Lhs {
					if field, ok := to.(*ast.SelectorExpr); ok && field.Sel.Name == "grad" {
						add(n.Rhs[i])
					}
				}
			}
			return true
		})
	}
	require.NotEmpty(t, found)
	return found
}
