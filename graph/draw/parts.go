package draw

import (
	"slices"
	"strings"

	"gorgpt/graph"
)

// Figures are sums over nodes. Figures are safe for concurrent use as long as nothing changes them.
type Figures struct {
	Nodes        int     `json:"nodes"`
	Parameters   int     `json:"parameters"`
	FLOPs        int     `json:"flops"`   // floating-point operations of a run
	Read         int     `json:"read"`    // bytes of operands
	Written      int     `json:"written"` // bytes of results
	Memory       int     `json:"memory"`  // bytes of values
	Milliseconds float64 `json:"ms"`      // of all runs; 0 if nothing was measured
	Share        float64 `json:"share"`   // of the time of all runs
}

func (f *Figures) add(x graph.Info, t *Times) {
	f.Nodes++
	f.Parameters += x.Parameters
	f.FLOPs += x.FLOPs
	f.Read += x.Read
	f.Written += x.Written
	f.Memory += x.Memory
	if t != nil && x.Calls > 0 {
		f.Milliseconds += milliseconds(x)
		f.Share += t.share(x.Time)
	}
}

// Pass is the part of the work that nodes belong to.
// A Pass is safe for concurrent use.
type Pass string

// The passes, by the names of the summary's columns.
const (
	Given    Pass = "given" // inputs, parameters and state: nothing is computed
	Forward  Pass = "forward"
	Backward Pass = "backward"
	Updating Pass = "update"
)

func passOf(r graph.Role) Pass {
	switch r {
	case graph.Gradient:
		return Backward
	case graph.Update:
		return Updating
	case graph.Activation:
		return Forward
	}
	return Given
}

// Part is a part of a model, such as a block or its attention. A Part is safe for concurrent use as long as nothing changes it.
type Part struct {
	Path  []string         `json:"path"`  // its name, after those of the parts that it is in
	Shape string           `json:"shape"` // of its output
	All   Figures          `json:"all"`
	In    map[Pass]Figures `json:"in"`
	times int              // blocks that are alike
}

// rest is the part of nodes that belong to no part.
const rest = "(rest)"

func (p *Part) add(x graph.Info, t *Times) {
	p.All.add(x, t)
	in := p.In[passOf(x.Role)]
	in.add(x, t)
	p.In[passOf(x.Role)] = in
	if x.Role == graph.Activation || x.Role == graph.Parameter && p.Shape == "" {
		p.Shape = shape(x)
	}
}

// parts finds the parts of a graph, each before those in it, in the order of their first nodes. Of blocks that are folded, only
// the first counts.
func parts(nodes []graph.Info, folds map[string]fold, t *Times) []*Part {
	var all []*Part
	byPath := map[string]*Part{}
	for _, x := range nodes {
		scope, times := slices.Clone(x.Scope), 1
		if len(scope) == 0 {
			scope = []string{rest}
		} else if f, folded := folds[scope[0]]; folded {
			if scope[0] != f.first {
				continue
			}
			scope[0], times = f.name, f.count
		}
		for depth := range scope {
			key := strings.Join(scope[:depth+1], " ")
			p := byPath[key]
			if p == nil {
				p = &Part{Path: scope[:depth+1], In: map[Pass]Figures{}, times: times}
				byPath[key] = p
				all = append(all, p)
			}
			p.add(x, t)
		}
	}
	return nested(all, nil)
}

// nested are the parts in a part, each followed by those in it.
func nested(all []*Part, in []string) (out []*Part) {
	for _, p := range all {
		if len(p.Path) == len(in)+1 && slices.Equal(p.Path[:len(in)], in) {
			out = append(append(out, p), nested(all, p.Path)...)
		}
	}
	return out
}

// whole is the sum of all nodes.
func whole(nodes []graph.Info, t *Times) *Part {
	sum := &Part{Path: []string{"total"}, In: map[Pass]Figures{}, times: 1}
	for _, x := range nodes {
		sum.add(x, t)
	}
	sum.Shape = ""
	return sum
}
