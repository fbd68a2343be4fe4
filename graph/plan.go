package graph

import (
	"slices"
	"sort"

	"github.com/pkg/errors"
	"gorgonia.org/gorgonia"
)

// buffer is one stretch of float32 that an op owns while its value is needed.
type buffer struct {
	size        int
	first, last int // positions in the order of execution, both included
	at          int // offset in the arena
	data        []float32
}

// sideBuffer is a buffer of n float32 for what an op computes beside its output. It has
// memory while the op and the readers of its output run.
func sideBuffer(n int) *buffer { return &buffer{size: n} }

// plan says which part of the arena each buffer of a graph occupies.
type plan struct {
	ops   []*op          // in the order of execution
	sums  gorgonia.Nodes // additions of tensors that Gorgonia inserted, in that order
	total int            // float32 needed
}

// newPlan lays out the buffers of g by their lifetimes. Buffers of ops that are
// never alive together share memory.
func newPlan(g *Graph) (*plan, error) {
	order, err := gorgonia.Sort(g.eg)
	if err != nil {
		return nil, errors.Wrap(err, "ordering the graph")
	}
	for i, j := 0, len(order)-1; i < j; i, j = i+1, j-1 {
		order[i], order[j] = order[j], order[i] // Sort puts the roots first
	}
	last := g.lastUses(order)
	p := &plan{}
	var all []*buffer
	for i, n := range order {
		o := g.ops[n]
		if o == nil {
			if n.Op() != nil && !n.Shape().IsScalar() {
				p.sums = append(p.sums, n)
			}
			continue
		}
		p.ops = append(p.ops, o)
		for _, b := range o.buffers() {
			b.first, b.last = i, last[n]
			all = append(all, b)
		}
	}
	p.total = place(all)
	p.markCompletion()
	return p, nil
}

// markCompletion finds the last op that adds to each gradient.
func (p *plan) markCompletion() {
	seen := map[*Param]bool{}
	for _, o := range slices.Backward(p.ops) {
		o.completes = o.into != nil && !seen[o.into]
		seen[o.into] = true
	}
}

// ownsOutput reports whether the op's output needs memory of its own: not a scalar,
// a gradient in the store, or a value in an operand's memory.
func (o *op) ownsOutput() bool {
	return len(o.shape) > 0 && o.into == nil && o.shares == nil && !o.overwrites
}

// buffers lists the memory that the op owns.
func (o *op) buffers() []*buffer {
	if !o.ownsOutput() {
		return o.side
	}
	o.own.size = size(o.shape)
	return append([]*buffer{&o.own}, o.side...)
}

// lastUses finds the position at which each node's value is read for the last time.
func (g *Graph) lastUses(order gorgonia.Nodes) map[*gorgonia.Node]int {
	last := make(map[*gorgonia.Node]int, len(order))
	for n := range g.keep {
		last[n] = len(order)
	}
	for i := len(order) - 1; i >= 0; i-- {
		n := order[i]
		last[n] = max(last[n], i)
		o := g.ops[n]
		for _, child := range g.children(n) {
			use := i
			switch {
			case o == nil || o.shares != nil: // the value may lie in the operand's memory
				use = last[n]
			case o.overwrite.n == child:
				// Only the last reader of a value may write over it.
				if o.overwrites = g.ops[child] != nil && last[child] <= i; o.overwrites {
					use = last[n]
				}
			}
			last[child] = max(last[child], use)
		}
	}
	return last
}

// children lists the operands of n.
func (g *Graph) children(n *gorgonia.Node) gorgonia.Nodes {
	if o := g.ops[n]; o != nil {
		ns := make(gorgonia.Nodes, len(o.in))
		for i, x := range o.in {
			ns[i] = x.n
		}
		return ns
	}
	var ns gorgonia.Nodes
	for it := g.eg.From(n.ID()); it != nil && it.Next(); {
		ns = append(ns, it.Node().(*gorgonia.Node))
	}
	return ns
}

// place gives every buffer the lowest offset at which nothing that is alive at
// the same time lies, the largest buffers first, and returns the total size.
func place(bufs []*buffer) (total int) {
	sort.SliceStable(bufs, func(i, j int) bool { return bufs[i].size > bufs[j].size })
	var placed []*buffer // sorted by offset
	for _, b := range bufs {
		need := aligned(b.size)
		at := 0
		for _, q := range placed {
			if q.last < b.first || b.last < q.first {
				continue
			}
			if at+need <= q.at {
				break
			}
			at = max(at, q.at+aligned(q.size))
		}
		b.at = at
		total = max(total, at+need)
		i := sort.Search(len(placed), func(i int) bool { return placed[i].at > at })
		placed = append(placed, nil)
		copy(placed[i+1:], placed[i:])
		placed[i] = b
	}
	return total
}

// bind points every op at its part of the arena.
func (p *plan) bind(arena []float32) {
	for _, o := range p.ops {
		for _, b := range o.buffers() {
			b.data = arena[b.at : b.at+b.size : b.at+b.size]
		}
		switch {
		case len(o.shape) == 0:
			if o.c.s == nil {
				o.c.s = gorgonia.NewF32(0)
				o.out = o.c.s
			}
		case o.into != nil:
			o.c.y = o.g.gradientOf(o.into)
			o.out = dense(o.c.y, o.shape)
		case o.overwrites:
			// The memory is the input's, which an earlier turn of this loop bound.
			o.c.y = o.overwrite.op().c.y
			o.out = dense(o.c.y, o.shape)
		case o.shares != nil: // bound with the operand
			o.c.y = o.shares.data
			o.out = dense(o.c.y, o.shape)
		default:
			o.c.y = o.own.data
			o.out = dense(o.c.y, o.shape)
		}
	}
}

// op returns our op behind the node, or nil for inputs and stock ops.
func (x Node) op() *op { return x.g.ops[x.n] }
