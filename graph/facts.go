package graph

import (
	"fmt"
	"strings"
)

// Role is the purpose of a node. Drawings give each role a shape.
// A Role is safe for concurrent use.
type Role string

// The roles of nodes.
const (
	Input      Role = "input"      // token ids, labels, counts
	Parameter  Role = "parameter"  // a trainable tensor
	State      Role = "state"      // kept between runs: Adam's moments, caches
	Activation Role = "activation" // computed in the forward pass
	Gradient   Role = "gradient"   // computed in the backward pass, or read from the store
	Update     Role = "update"     // changes parameters
)

// facts describe an op for drawings and tables. Running it does not need them.
//
// A floating-point operation is one addition, multiplication, division, comparison, root or
// elementary function on one number. An op counts the operations of its definition, not of
// its kernel: attention counts only pairs of a query and an earlier key.
type facts struct {
	role   Role     // "": Activation
	axes   []string // names of the output's axes; nil: those of the first named operand of the same shape
	flops  int      // floating-point operations of a run
	reads  []int    // values that are read of each operand and its side buffers; 0, or none: all of the operand
	writes int      // values written; 0: the output and the side buffers
	adds   int      // values of the store's gradients that are added to, beside the output
	idle   bool     // the op does nothing: another op has computed its result
	roles  []string // what each operand is to the op
	note   string   // details that the name does not give
}

// outAxes names the axes of the output.
func (s *spec) outAxes() []string {
	if s.axes != nil {
		return s.axes
	}
	for _, x := range s.in {
		if named := x.g.axes[x.n]; named != nil && equal(x.shape, s.shape) {
			return named
		}
	}
	return make([]string, len(s.shape))
}

// traffic returns the bytes that a run reads from the operands and writes to the results,
// each once. Scalar operands are not counted.
func (s *spec) traffic() (read, written int) {
	if s.idle {
		return 0, 0
	}
	compact := 0 // bytes of operands that are not in float32
	for i, x := range s.in {
		n := size(x.shape)
		if i < len(s.reads) && s.reads[i] > 0 {
			n = s.reads[i]
		}
		if p := x.g.params[x.n]; p != nil && p.isCompact() {
			compact += p.Bytes() * n / size(x.shape)
		} else if len(x.shape) > 0 {
			read += n
		}
	}
	switch {
	case s.writes > 0:
		written = s.writes
	default:
		written = size(s.shape)
		for _, b := range s.side {
			written += b.size
		}
	}
	if s.into != nil {
		read += written
	}
	return 4*(read+s.adds) + compact, 4 * (written + s.adds)
}

// Parts names, for drawings, the parts of x along its first axis or that of its first
// operand: the two orders of a pair, the answers to a question.
func (x Node) Parts(names ...string) Node {
	if ok(x) {
		x.g.parts[x.n] = names
	}
	return x
}

// ScopeOf is Scope for the layer that the parameter's name gives: h.0.attn.c_attn for
// h.0.attn.c_attn.weight. It replaces the current scope.
func (g *Graph) ScopeOf(p *Param) func() {
	before := g.scopes
	g.scopes = p.scope()
	return func() { g.scopes = before }
}

// scope is the path of the layer that a parameter belongs to: h.0, attn, c_attn.
func (p *Param) scope() []string {
	var path []string
	words := strings.Split(p.Name, ".")
	for _, w := range words[:len(words)-1] {
		if n := len(path); n > 0 && strings.Trim(w, "0123456789") == "" {
			path[n-1] += "." + w
			continue
		}
		path = append(path, w)
	}
	return path
}

// behind enters the scope of an op whose derivative is declared until the returned function
// is called.
func (g *Graph) behind(o *op) func() {
	scopes, backward := g.scopes, g.backward
	g.scopes, g.backward = o.scope, true
	return func() { g.scopes, g.backward = scopes, backward }
}

// applies reports whether anything is dropped in g.
func (d Drop) applies(g *Graph) bool { return g.train && d.P > 0 }

// flops counts the operations on each value.
func (d Drop) flops(g *Graph) int {
	if d.applies(g) {
		return 1
	}
	return 0
}

// note describes the dropout, or is empty.
func (d Drop) note(g *Graph, before string) string {
	if !d.applies(g) {
		return ""
	}
	return fmt.Sprintf("%sdropout %g", before, d.P)
}

func (d Drop) facts(x Node) facts {
	return facts{flops: size(x.shape), note: d.note(x.g, ""), axes: x.axes()}
}
