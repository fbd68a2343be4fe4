package graph

import (
	"slices"

	"github.com/pkg/errors"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"gorgpt/internal/kernels"
)

// Param is one trainable tensor of the model.
// A Param may be read by several goroutines at once while no machine writes to its store.
type Param struct {
	Name  string // as Hugging Face names it: h.0.attn.c_attn.weight
	Shape []int
	Axes  string    // names of the axes, for drawings and checks: "C 3C"
	Value []float32 // nil if Dtype is not Float32

	// Transposed says that products use the transpose of the matrix, as the tied output does. It
	// decides how the weights of a compact type are laid out.
	Transposed bool

	Grad []float32 // sum over the runs since the last update; nil before Store.AllocateGradients
	M, V []float32 // Adam's moments; nil before Store.AllocateGradients

	grad, m, v *tensor.Dense

	dtype   Dtype // a compact type; else the parameter is in float32
	compact *kernels.Compact

	store *Store
	at    int // where it begins in the blocks of the store
}

// Offset is where the parameter begins in [Store.Values] and the other blocks.
func (p *Param) Offset() int { return p.at }

// decays reports whether L2 applies: to every tensor of two or more dimensions,
// so to weights and embeddings but not to biases and gains.
func (p *Param) decays() bool { return len(p.Shape) > 1 }

// Store owns the parameters of one model with their gradients and moments, each
// kind in one contiguous block. All graphs of the model bind these tensors.
// Machines of several goroutines may share a Store; one that writes to it waits for the others.
// Methods that change the Store must not be called while a machine runs.
type Store struct {
	params  []*Param
	byName  map[string]*Param
	trained bool
	sketch  bool // it has no memory
	layout  int  // counts the changes of where weights lie

	values, grads, m, v []float32     // the blocks
	room                *kernels.Room // the block of compact parameters

	summed func(p *Param) // see WhenSummed
	guard  guard
}

// align is the number of float32 in a 64-byte cache line, on which every tensor
// of a block starts.
const align = 16

func aligned(n int) int { return (n + align - 1) / align * align }

// NewStore allocates zeroed parameters of the given names and shapes.
func NewStore(params []Param) (*Store, error) { return newStore(params, false) }

func newStore(params []Param, sketch bool) (*Store, error) {
	s := &Store{byName: map[string]*Param{}, sketch: sketch}
	s.guard.number = guards.Add(1)
	for _, p := range params {
		if _, dup := s.byName[p.Name]; dup {
			return nil, errors.Errorf("parameter %s is declared twice", p.Name)
		}
		if len(p.Shape) == 0 || size(p.Shape) <= 0 {
			return nil, errors.Errorf("parameter %s has the empty shape %v", p.Name, p.Shape)
		}
		q := &Param{Name: p.Name, Shape: append([]int(nil), p.Shape...), Axes: p.Axes, Transposed: p.Transposed, dtype: p.dtype, store: s}
		s.params = append(s.params, q)
		s.byName[q.Name] = q
	}
	s.values = s.block(func(p *Param, data []float32) { p.Value = data })
	return s, nil
}

// block allocates one float32 for each element of the parameters, assigns each parameter its
// part and returns the whole. In a sketch the parts are empty. Compact parameters have none.
func (s *Store) block(assign func(p *Param, data []float32)) []float32 {
	if s.sketch {
		for _, p := range s.params {
			assign(p, []float32{})
		}
		return nil
	}
	total := 0
	for _, p := range s.params {
		if !p.isCompact() {
			total += aligned(size(p.Shape))
		}
	}
	block, at := alignedFloats(total), 0
	for _, p := range s.params {
		if p.isCompact() {
			continue
		}
		n := size(p.Shape)
		assign(p, block[at:at+n:at+n])
		p.at = at
		at += aligned(n)
	}
	return block
}

// AllocateGradients allocates the gradients and Adam's moments, all zero, unless they exist. A
// store with compact parameters gets none: graphs that need them fail with an error.
func (s *Store) AllocateGradients() {
	if s.trained || s.Dtype() != Float32 {
		return
	}
	s.trained = true
	s.grads = s.block(func(p *Param, d []float32) { p.Grad, p.grad = d, stored(d, p.Shape) })
	s.m = s.block(func(p *Param, d []float32) { p.M, p.m = d, stored(d, p.Shape) })
	s.v = s.block(func(p *Param, d []float32) { p.V, p.v = d, stored(d, p.Shape) })
}

// Values, Gradients and Moments are the blocks: of all parameters in the order of declaration,
// with zeros between them up to the next cache line. Gradients and moments are nil before
// AllocateGradients.
func (s *Store) Values() []float32 { return s.values }

// Gradients is described at [Store.Values].
func (s *Store) Gradients() []float32 { return s.grads }

// Moments is described at [Store.Values].
func (s *Store) Moments() (m, v []float32) { return s.m, s.v }

// WhenSummed makes every run of a graph call f for each parameter as soon as the run has added
// everything to its gradient. f runs between two ops. [Lanes] that are not wide call it at the
// end. nil ends the calls.
func (s *Store) WhenSummed(f func(p *Param)) { s.summed = f }

// allSummed reports all parameters to WhenSummed.
func (s *Store) allSummed() {
	for _, p := range slices.Backward(s.params) {
		if s.summed != nil {
			s.summed(p)
		}
	}
}

// stored returns a tensor on a part of a block, or nil in a sketch.
func stored(data []float32, shape []int) *tensor.Dense {
	if len(data) == 0 {
		return nil
	}
	return dense(data, shape)
}

// Params returns the parameters in the order of declaration.
func (s *Store) Params() []*Param { return s.params }

// Param returns the parameter of that name, or nil.
func (s *Store) Param(name string) *Param { return s.byName[name] }

// Len returns the number of trainable values.
func (s *Store) Len() int {
	n := 0
	for _, p := range s.params {
		n += size(p.Shape)
	}
	return n
}

// Param returns the input node that binds p's value.
func (g *Graph) Param(p *Param) Node { return g.bindParam(p, p.Name) }

// ParamAs returns a second input node on the same value. Gradients of both
// uses add up in p.Grad: this is how a tied embedding is declared.
func (g *Graph) ParamAs(p *Param, use string) Node { return g.bindParam(p, p.Name+" ("+use+")") }

func (g *Graph) bindParam(p *Param, name string) Node {
	switch {
	case p.isCompact() && p.compact == nil:
		return g.failf(name, "the parameter has no weights yet")
	case p.isCompact() && g.train:
		return g.failf(name, "the parameter is kept as %s: training needs float32", p.dtype)
	}
	var value gorgonia.Value
	if header := p.header(); header != nil {
		value = header
	}
	n := g.input(name, value, p.Shape)
	if n.n == nil {
		return n
	}
	g.uses(p.store)
	if bound, found := g.params[n.n]; found && bound != p {
		return g.failf(name, "the name is taken by a parameter of another store")
	}
	g.params[n.n] = p
	return n.Named(p.Axes)
}
