package graph_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"gorgpt/graph"
)

func TestAxesHaveOneSizeInAGraph(t *testing.T) {
	for name, c := range map[string]struct {
		shape []int
		axes  string
		want  string // "": no error
	}{
		"the same sizes":       {[]int{2, 5, 8}, "B T C", ""},
		"further leading axes": {[]int{7, 2, 5, 8}, "… T C", ""},
		"no leading axes":      {[]int{5, 8}, "… T C", ""},
		"a multiple":           {[]int{5, 24}, "T 3C", ""},
		"a literal size":       {[]int{5, 1}, "T 1", ""},
		"another name":         {[]int{9}, "F", ""},
		"two sizes":            {[]int{2, 5, 9}, "B T C", "h.1.mlp.axes: y has the shape [2 5 9]: want [B T C], but C is 9 here and 8 in h.0.attn"},
		"two sizes at once":    {[]int{6, 7}, "H H", "h.1.mlp.axes: y has the shape [6 7]: want [H H], but H is 7 here and 6 in h.1.mlp"},
		"another multiple":     {[]int{5, 27}, "T 3C", "h.1.mlp.axes: y has the shape [5 27]: want [T 3C], but C is 9 here and 8 in h.0.attn"},
		"no multiple":          {[]int{5, 25}, "T 3C", "h.1.mlp.axes: y has the shape [5 25]: want [T 3C], and 25 is not 3C"},
		"another literal size": {[]int{5, 2}, "T 1", "h.1.mlp.axes: y has the shape [5 2]: want [T 1], and 2 is not 1"},
		"too many axes":        {[]int{2, 5, 8}, "T C", "h.1.mlp.axes: y has the shape [2 5 8]: want [T C]"},
		"too few axes":         {[]int{8}, "… T C", "h.1.mlp.axes: y has the shape [8]: want [… T C]"},
	} {
		t.Run(name, func(t *testing.T) {
			g := graph.New(false)
			x, _ := g.Floats("x", 2, 5, 8)
			y, _ := g.Floats("y", c.shape...)
			end := g.Scope("h.0.attn")
			x.Axes("B T C")
			end()
			end = g.Scope("h.1.mlp")
			y.Axes(c.axes)
			end()
			if c.want == "" {
				require.NoError(t, g.Err())
				return
			}
			require.EqualError(t, g.Err(), c.want)
		})
	}
}
