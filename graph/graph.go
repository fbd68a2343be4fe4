package graph

import (
	"fmt"
	"strings"

	"github.com/pkg/errors"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// Graph builds one Gorgonia expression graph. It is not safe for concurrent use.
type Graph struct {
	eg      *gorgonia.ExprGraph
	err     error
	scopes  []string
	used    map[string]int              // op names given out, for unique ones
	hashes  map[uint32]string           // names by Gorgonia's 32-bit hash, which merges nodes: see op.go
	inputs  map[string]Node             // input nodes by name
	params  map[*gorgonia.Node]*Param   // which parameter an input node binds
	ops     map[*gorgonia.Node]*op      // our op behind a node
	keep    map[*gorgonia.Node]struct{} // nodes whose values outlive the run
	axes    map[*gorgonia.Node][]string // names of the axes
	sizes   map[string]boundAxis        // by the name of the axis: see Node.Axes
	parts   map[*gorgonia.Node][]string // see Node.Parts
	states  map[*gorgonia.Node]Role     // input nodes that bind memory of the store or of a cache
	train   bool
	rng     *randomness
	failed  error // the error of an op in the current run
	stores  []*Store
	layouts map[*Store]int // see Graph.stale
	writes  bool           // runs write to the stores
	adds    bool           // runs add to the gradients of the stores, or to those in apart
	apart   *gradients
	updates bool // runs change the values of parameters
	watch   bool // each value is checked as it is computed

	backward bool    // derivatives are being declared
	timed    bool    // ops measure how long they take
	sums     []clock // of Gorgonia's additions, in the order of execution
	sum      int     // the one that runs next
}

// New returns an empty graph. A graph for training applies dropout; one for
// evaluation (train false) leaves it out altogether.
func New(train bool) *Graph {
	return &Graph{
		eg:      gorgonia.NewGraph(),
		used:    map[string]int{},
		hashes:  map[uint32]string{},
		inputs:  map[string]Node{},
		params:  map[*gorgonia.Node]*Param{},
		ops:     map[*gorgonia.Node]*op{},
		keep:    map[*gorgonia.Node]struct{}{},
		axes:    map[*gorgonia.Node][]string{},
		sizes:   map[string]boundAxis{},
		parts:   map[*gorgonia.Node][]string{},
		states:  map[*gorgonia.Node]Role{},
		layouts: map[*Store]int{},
		train:   train,
	}
}

// Err returns the first mistake made while building, or nil.
func (g *Graph) Err() error { return g.err }

// Training reports whether dropout is applied.
func (g *Graph) Training() bool { return g.train }

// Scope names the part of the model that is built until the returned function
// is called: defer g.Scope("h.3")().
func (g *Graph) Scope(name string) func() {
	g.scopes = append(g.scopes, name)
	return func() { g.scopes = g.scopes[:len(g.scopes)-1] }
}

func (g *Graph) scoped(name string) string {
	return strings.Join(append(g.scopes[:len(g.scopes):len(g.scopes)], name), ".")
}

// unique returns name, with a number if it was used before.
func (g *Graph) unique(name string) string {
	g.used[name]++
	if n := g.used[name]; n > 1 {
		return fmt.Sprintf("%s#%d", name, n)
	}
	return name
}

// fail records the first mistake and returns a node that does nothing.
func (g *Graph) fail(what string, err error) Node {
	if g.err == nil {
		g.err = errors.Wrap(err, g.scoped(what))
	}
	return Node{g: g}
}

// failf is fail with a message.
func (g *Graph) failf(what, format string, args ...any) Node {
	return g.fail(what, errors.Errorf(format, args...))
}

// Node is a value in a graph: a tensor of float32 (or int32, for ids and
// positions) or a scalar. The zero Node is not usable.
// A Node must not be used by several goroutines at once.
type Node struct {
	g     *Graph
	n     *gorgonia.Node // nil after a mistake
	shape []int          // empty for a scalar
}

// Graph returns the graph that the node belongs to.
func (x Node) Graph() *Graph { return x.g }

// Shape returns the sizes of the axes; empty for a scalar.
func (x Node) Shape() []int { return append([]int(nil), x.shape...) }

// Name returns the unique name of the node: scope and operation.
func (x Node) Name() string {
	if x.n == nil {
		return "(invalid)"
	}
	return x.n.Name()
}

func (x Node) dim(i int) int {
	if i < 0 {
		i += len(x.shape)
	}
	return x.shape[i]
}

// rows is the number of vectors along the last axis.
func (x Node) rows() int { return size(x.shape[:len(x.shape)-1]) }

func size(shape []int) int {
	n := 1
	for _, d := range shape {
		n *= d
	}
	return n
}

// ok reports whether every node is usable and belongs to the same graph.
func ok(nodes ...Node) bool {
	for _, n := range nodes {
		if n.n == nil {
			return false
		}
		if n.g != nodes[0].g {
			nodes[0].g.failf("op", "operands belong to different graphs: %s, %s", nodes[0].Name(), n.Name())
			return false
		}
	}
	return true
}

// input adds or finds an input node that binds value. In a sketch value is nil.
func (g *Graph) input(name string, value gorgonia.Value, shape []int) Node {
	if n, found := g.inputs[name]; found {
		return n
	}
	var raw *gorgonia.Node
	switch {
	case value == nil:
		raw = gorgonia.NewTensor(g.eg, tensor.Float32, len(shape), gorgonia.WithShape(shape...), gorgonia.WithName(name))
	case len(shape) == 0:
		raw = gorgonia.NewScalar(g.eg, value.Dtype(), gorgonia.WithName(name), gorgonia.WithValue(value))
	default:
		raw = gorgonia.NewTensor(g.eg, value.Dtype(), len(shape), gorgonia.WithShape(shape...),
			gorgonia.WithName(name), gorgonia.WithValue(value))
	}
	if other, taken := g.hashes[raw.Hashcode()]; taken {
		return g.failf(name, "the name collides with %s in Gorgonia's 32-bit node hash: rename one of them", other)
	}
	g.hashes[raw.Hashcode()] = name
	n := Node{g: g, n: raw, shape: shape}
	g.inputs[name] = n
	return n
}

// Floats adds an input of float32 values; the caller fills the returned slice
// before each run.
func (g *Graph) Floats(name string, shape ...int) (Node, []float32) {
	data := make([]float32, size(shape))
	return g.input(name, dense(data, shape), shape), data
}

// Ints adds an input of int32 values (token ids, positions, labels); the caller
// fills the returned slice before each run.
func (g *Graph) Ints(name string, shape ...int) (Node, []int32) {
	data := make([]int32, size(shape))
	return g.input(name, tensor.New(tensor.WithShape(shape...), tensor.WithBacking(data)), shape), data
}

// Scalar adds a float32 scalar input; the caller sets the returned value before
// each run.
func (g *Graph) Scalar(name string) (Node, *float32) {
	v := gorgonia.NewF32(0)
	return g.input(name, v, nil), (*float32)(v)
}

func dense(data []float32, shape []int) *tensor.Dense {
	return tensor.New(tensor.WithShape(shape...), tensor.WithBacking(data))
}
