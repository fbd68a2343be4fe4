package graph

import (
	"encoding/binary"
	"fmt"
	"hash"
	"hash/fnv"
	"slices"

	"github.com/chewxy/hm"
	"github.com/pkg/errors"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// spec describes an operation; Graph.apply turns it into a node.
type spec struct {
	name  string // kind in the current scope, or a full name when full is set
	full  bool
	kind  string // the name in drawings; default: name
	in    []Node
	shape []int // of the output; empty for a scalar

	// run computes the output. It may allocate nothing.
	run func(c *call)
	// grad returns the derivative of the cost with respect to each input, given
	// that of the output. Only inputs for which diff is true need one. nil: not differentiable.
	grad func(y, dy Node) []Node
	diff []bool // which inputs have a derivative; nil: the float tensors among them

	side      []*buffer // further buffers that live as long as the output
	into      *Param    // the output is this parameter's gradient
	overwrite Node      // an operand that the output may be written over; the zero Node: none
	shares    *buffer   // the output is this side buffer of an operand
	compact   bool      // parameters among the operands may be compact
	columns   int       // how many of each row of the output have a defined value; 0: all

	facts // for drawings and tables
}

// op is the one implementation of gorgonia.Op and gorgonia.SDOp.
//
// It owns its output: Do returns the same value every time, so ReturnsPtr and
// CallsExtern are false and OverwritesInput is -1, and Gorgonia's register
// allocator never lends the register to another op.
type op struct {
	spec
	g     *Graph
	scope []string // the part of the model that it belongs to
	salt  int
	node  *gorgonia.Node
	out   gorgonia.Value
	own   buffer // of the output
	c     call

	clock
	overwrites bool // the plan lets the output take over an operand's memory
	completes  bool // no later op adds to the same gradient
}

var (
	_ gorgonia.Op   = (*op)(nil)
	_ gorgonia.SDOp = (*op)(nil)
)

// apply adds the node that s describes.
func (g *Graph) apply(s spec) Node {
	if g.err != nil || !ok(s.in...) {
		return Node{g: g}
	}
	if err := g.refusesCompact(&s); err != nil {
		return g.fail(s.name, err)
	}
	if s.kind == "" {
		s.kind = s.name
	}
	if !s.full {
		s.name = g.scoped(s.name)
	}
	s.name = g.unique(s.name)
	if g.backward {
		s.role = Gradient
	}
	o := &op{spec: s, g: g, scope: slices.Clone(g.scopes), c: call{operands: s.in}}
	children := make([]*gorgonia.Node, len(s.in))
	for i, n := range s.in {
		children[i] = n.n
	}
	g.saltUntilUnique(o, children)
	n, err := gorgonia.ApplyOpWithName(o, s.name, children...)
	if err != nil {
		return g.fail(s.name, err)
	}
	if n.Op() != gorgonia.Op(o) {
		return g.failf(s.name, "Gorgonia merged the node with %s", n.Name())
	}
	if hash := o.nodeHash(children); hash != n.Hashcode() {
		return g.failf(s.name, "Gorgonia hashes nodes differently than in v0.9.18: %x, expected %x", n.Hashcode(), hash)
	}
	o.node = n
	g.ops[n] = o
	g.hashes[n.Hashcode()] = s.name
	g.axes[n] = s.outAxes()
	return Node{g: g, n: n, shape: s.shape}
}

// saltUntilUnique changes the op's hash until no other node of the graph shares
// it. A TapeMachine silently drops all but one of the nodes with equal hashes.
func (g *Graph) saltUntilUnique(o *op, children gorgonia.Nodes) {
	for ; ; o.salt++ {
		if _, taken := g.hashes[o.nodeHash(children)]; !taken {
			return
		}
	}
}

// nodeHash predicts gorgonia.Node.Hashcode for a node of this op. Gorgonia
// cannot be asked: it adds the node to the graph for good before it hashes it.
func (o *op) nodeHash(children gorgonia.Nodes) uint32 {
	h := fnv.New32a()
	fmt.Fprintf(h, "%v%v", outType(len(o.shape)), tensor.Shape(o.shape))
	o.WriteHash(h)
	h.Write([]byte{byte(len(children))})
	for _, c := range children {
		h.Write(binary.LittleEndian.AppendUint32(nil, c.Hashcode()))
	}
	return h.Sum32()
}

func (o *op) Arity() int           { return len(o.in) }
func (o *op) ReturnsPtr() bool     { return false }
func (o *op) CallsExtern() bool    { return false }
func (o *op) OverwritesInput() int { return -1 }
func (o *op) String() string       { return o.name }

func (o *op) WriteHash(h hash.Hash) { fmt.Fprintf(h, "%s/%d", o.name, o.salt) }

func (o *op) Hashcode() uint32 {
	h := fnv.New32a()
	o.WriteHash(h)
	return h.Sum32()
}

// Type returns a new value each time, because Gorgonia recycles it.
func (o *op) Type() hm.Type {
	ts := make([]hm.Type, 0, len(o.in)+1)
	for _, x := range o.in {
		ts = append(ts, typeOf(x.n.Dtype(), len(x.shape)))
	}
	return hm.NewFnType(append(ts, outType(len(o.shape)))...)
}

func typeOf(dt tensor.Dtype, dims int) hm.Type {
	if dims == 0 {
		return dt
	}
	return gorgonia.TensorType{Dims: dims, Of: dt}
}

func outType(dims int) hm.Type { return typeOf(tensor.Float32, dims) }

// InferShape returns the shape that the builder computed and checked.
func (o *op) InferShape(...gorgonia.DimSizer) (tensor.Shape, error) {
	return tensor.Shape(o.shape).Clone(), nil
}

// DiffWRT always has one entry an input: Gorgonia indexes it unchecked.
func (o *op) DiffWRT(n int) []bool {
	if o.diff != nil {
		return o.diff
	}
	d := make([]bool, n)
	if o.grad != nil {
		for i, x := range o.in {
			d[i] = x.n.Dtype() == tensor.Float32
		}
	}
	return d
}

// SymDiff builds the derivative with respect to each input.
func (o *op) SymDiff(_ gorgonia.Nodes, y, dy *gorgonia.Node) (gorgonia.Nodes, error) {
	if o.grad == nil {
		return nil, errors.Errorf("%s has no derivative", o.name)
	}
	defer o.g.behind(o)()
	grads := o.grad(Node{o.g, y, o.shape}, Node{o.g, dy, o.shape})
	if o.g.err != nil {
		return nil, o.g.err
	}
	ns := make(gorgonia.Nodes, len(o.in))
	for i, wanted := range o.DiffWRT(len(o.in)) {
		if !wanted {
			continue
		}
		if !equal(grads[i].shape, o.in[i].shape) {
			return nil, errors.Errorf("%s: gradient of operand %d has shape %v, the operand %v", o.name, i, grads[i].shape, o.in[i].shape)
		}
		ns[i] = grads[i].n
	}
	return ns, nil
}

// Do runs the op. A panic would end the process, as Gorgonia runs its program
// on a goroutine of its own, so it becomes an error here.
func (o *op) Do(in ...gorgonia.Value) (_ gorgonia.Value, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = errors.Errorf("%v", r)
		}
		if err != nil {
			err = errors.WithMessage(err, o.describe())
			o.g.failed = err
		}
	}()
	o.c.in, o.c.err = in, nil
	if o.g.timed {
		defer o.clock.start()()
	}
	o.run(&o.c)
	if o.g.watch && o.c.err == nil {
		o.c.err = o.check()
	}
	if o.completes && o.c.err == nil && o.g.apart == nil && o.into.store.summed != nil {
		o.into.store.summed(o.into)
	}
	return o.out, o.c.err
}

// describe names the op and its shapes: h.3.attn.linear [8 64 9] × [8 8] → [8 64 8].
func (o *op) describe() string {
	s := o.name
	for i, x := range o.in {
		if i > 0 {
			s += " ×"
		}
		s += fmt.Sprintf(" %v", x.shape)
	}
	return fmt.Sprintf("%s → %v", s, o.shape)
}

func equal(a, b []int) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

// call holds the values of an op's operands and the buffers that it owns while it runs.
type call struct {
	operands []Node           // as declared
	in       []gorgonia.Value // the value of each
	y        []float32        // the output; nil for a scalar
	s        *gorgonia.F32
	err      error
}

// value returns the value of an operand. Ops have few, so a search is faster than a map.
func (c *call) value(operand Node) gorgonia.Value {
	for k, x := range c.operands {
		if x.n == operand.n {
			return c.in[k]
		}
	}
	panic(operand.Name() + " is not an operand")
}

// f returns the values of an operand of float32.
func (c *call) f(operand Node) []float32 { return floats(c.value(operand)) }

// i returns the values of an operand of int32.
func (c *call) i(operand Node) []int32 { return c.value(operand).(*tensor.Dense).Int32s() }

// int returns the value of an int64 scalar.
func (c *call) int(operand Node) int64 { return int64(*c.value(operand).(*gorgonia.I64)) }

// scalar returns the value of a float32 scalar.
func (c *call) scalar(operand Node) float32 { return float32(*c.value(operand).(*gorgonia.F32)) }

// floats returns the values of a tensor of float32.
func floats(v gorgonia.Value) []float32 { return v.(*tensor.Dense).Float32s() }

// fail stops the run of the whole graph with an error.
func (c *call) fail(format string, args ...any) { c.err = errors.Errorf(format, args...) }

// set stores the result of an op whose output is a scalar.
func (c *call) set(v float32) { *c.s = gorgonia.F32(v) }
