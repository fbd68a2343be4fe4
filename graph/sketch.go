package graph

import "github.com/pkg/errors"

// NewSketch is [NewStore] without memory. Graphs that bind its parameters can be declared
// and their [Graph.Need] computed, but they cannot run.
func NewSketch(params []Param) (*Store, error) { return newStore(params, true) }

// Need is the working memory of a graph, in bytes.
// A Need is safe for concurrent use as long as nothing changes it.
type Need struct {
	Logits      int // the scores of the vocabulary, if the graph has them
	Activations int // the values of all other nodes, and their gradients
	Inputs      int // token ids and the like
}

// Total is the sum of all parts.
func (n Need) Total() int { return n.Logits + n.Activations + n.Inputs }

// Need computes exactly how much [Graph.Compile] and a run will allocate, without allocating it.
// Buffers of nodes that are never alive together share memory. Logits counts the largest
// logits node.
func (g *Graph) Need(keep ...Node) (Need, error) {
	if g.err != nil {
		return Need{}, g.err
	}
	g.keepValues(keep)
	p, err := newPlan(g)
	if err != nil {
		return Need{}, errors.WithMessage(err, "computing the memory")
	}
	var n Need
	for _, o := range p.ops {
		if o.kind == logitsKind {
			n.Logits = max(n.Logits, 4*size(o.shape))
		}
	}
	n.Activations = 4*p.total - n.Logits
	for _, in := range g.inputs {
		if g.params[in.n] == nil {
			n.Inputs += 4 * size(in.shape)
		}
	}
	return n, nil
}

// Bytes is the memory of values, gradients and Adam's two moments when the store is trained,
// each in one block.
func (s *Store) Bytes() (values, gradients, moments int) {
	n, compact := 0, 0
	for _, p := range s.params {
		if p.isCompact() {
			compact += p.Bytes()
			continue
		}
		n += 4 * aligned(size(p.Shape))
	}
	return n + compact, n, 2 * n
}
