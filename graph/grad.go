package graph

import (
	"github.com/pkg/errors"
	"gorgonia.org/gorgonia"
)

// Grad asks Gorgonia for the derivatives of the scalar cost with respect to
// input nodes. Where an input is a parameter whose consumers accumulate into
// the store, the value of the returned node is the store's gradient.
func (g *Graph) Grad(cost Node, wrt ...Node) []Node {
	if g.err != nil || !ok(append([]Node{cost}, wrt...)...) {
		return nil
	}
	if len(cost.shape) != 0 {
		g.failf("backward", "the cost %s has shape %v: want a scalar", cost.Name(), cost.shape)
		return nil
	}
	raw := make(gorgonia.Nodes, len(wrt))
	for i, w := range wrt {
		if w.op() != nil {
			g.failf("backward", "%s is not an input: derivatives are those with respect to inputs", w.Name())
			return nil
		}
		raw[i] = w.n
	}
	// Not gorgonia.Grad: its derivative of the cost by itself is a node that all graphs share, so
	// that goroutines could not build graphs at the same time.
	one := g.eg.AddNode(gorgonia.NewConstant(float32(1)))
	grads, err := gorgonia.Backpropagate(gorgonia.Nodes{cost.n}, gorgonia.Nodes{one}, raw)
	if err != nil {
		if g.err == nil { // an op's own message is clearer than what Gorgonia wraps it in
			g.err = errors.Wrap(err, "differentiating the cost")
		}
		return nil
	}
	out := make([]Node, len(grads))
	for i, d := range grads {
		out[i] = Node{g: g, n: d, shape: wrt[i].shape}
	}
	return out
}

// Backward declares the gradients of the scalar cost with respect to every
// parameter that it depends on. Each run of the graph then adds them to the
// store. The parameters' store must have been prepared by Store.AllocateGradients.
func (g *Graph) Backward(cost Node) {
	if g.err != nil || !ok(cost) {
		return
	}
	var wrt []Node
	seen := map[*gorgonia.Node]bool{}
	var visit func(n *gorgonia.Node)
	visit = func(n *gorgonia.Node) {
		if seen[n] {
			return
		}
		seen[n] = true
		if p := g.params[n]; p != nil {
			wrt = append(wrt, Node{g: g, n: n, shape: p.Shape})
		}
		for _, c := range g.children(n) {
			visit(c)
		}
	}
	visit(cost.n)
	for i, d := range g.Grad(cost, wrt...) {
		p := g.params[wrt[i].n]
		if o := d.op(); o == nil || o.into != p {
			g.failf("backward", "parameter %s is used by an op whose gradient does not accumulate into the store, or twice through one node", p.Name)
			return
		}
	}
}

// accumulate declares an op that adds the gradient of the parameter w to the
// store, where it stays until an update clears it.
func (w Node) accumulate(name string, in []Node, f facts, add func(c *call)) Node {
	p := w.gradient(name)
	f.axes = w.axes()
	return w.g.apply(spec{name: name, full: true, kind: "accumulate", in: in, shape: w.shape, into: p, run: add, facts: f})
}

// addedBy declares the gradient of the parameter w where the op behind dx has already added
// to it. Gorgonia asks for one node an operand, so this one waits for dx and does nothing.
func (w Node) addedBy(dx Node, name string) Node {
	return w.accumulate(name, []Node{dx}, facts{idle: true, note: "done with dx"}, func(*call) {})
}

// gradient returns the parameter behind w, which must have a gradient.
func (w Node) gradient(name string) *Param {
	p := w.g.params[w.n]
	switch {
	case p == nil:
		w.g.failf(name, "%s is not a parameter: weights can only be trained in a Store", w.Name())
	case p.isCompact():
		w.g.failf(name, "parameter %s is kept as %s: training needs float32", p.Name, p.dtype)
	case p.Grad == nil:
		w.g.failf(name, "parameter %s has no gradient: call Store.AllocateGradients first", p.Name)
	default:
		w.g.uses(p.store)
		w.g.adds = true
	}
	return p
}
