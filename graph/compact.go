package graph

import (
	"slices"

	"github.com/pkg/errors"
	"gorgonia.org/tensor"

	"gorgpt/internal/kernels"
)

// NewStoreAs is [NewStore] with the parameters that which chooses, matrices, in another type.
// They have no Value; each must be given its weights by [Param.SetCompact] before a graph binds
// it. The store cannot be trained.
func NewStoreAs(params []Param, d Dtype, which func(*Param) bool) (*Store, error) {
	params = slices.Clone(params)
	for i := range params {
		if p := &params[i]; d.compact() && which(p) {
			if len(p.Shape) != 2 {
				return nil, errors.Errorf("parameter %s of shape %v cannot be kept as %s: it must be a matrix", p.Name, p.Shape, d)
			}
			p.dtype = d
		}
	}
	s, err := newStore(params, false)
	if err == nil {
		s.room = newRoom(s.params)
	}
	return s, err
}

// newRoom returns memory for the compact parameters among params.
func newRoom(params []*Param) *kernels.Room {
	bytes := 0
	for _, p := range params {
		if p.isCompact() {
			bytes += p.Bytes()
		}
	}
	return kernels.NewRoom(bytes)
}

// Compact converts the parameters that which chooses, matrices, to another type and releases
// their float32 memory. The store cannot be trained after that, and graphs that were declared
// before cannot run. The type Float32 changes nothing.
func (s *Store) Compact(d Dtype, which func(*Param) bool) error {
	switch {
	case !d.compact():
		return nil
	case s.trained:
		return errors.Errorf("the weights cannot be converted to %s: they have gradients, so they are being trained", d)
	case s.sketch:
		return errors.Errorf("the weights cannot be converted to %s: this is a sketch without weights", d)
	}
	var chosen []*Param
	for _, p := range s.params {
		if !which(p) || p.Dtype() == d {
			continue
		}
		if p.isCompact() || len(p.Shape) != 2 {
			return errors.Errorf("parameter %s of shape %v, kept as %s, cannot be converted to %s: it must be a matrix in float32", p.Name, p.Shape, p.Dtype(), d)
		}
		chosen = append(chosen, p)
	}
	s.layout++
	for _, p := range chosen {
		p.dtype = d
	}
	s.room = newRoom(chosen)
	for _, p := range chosen {
		p.compact = kernels.Quantize(string(d), p.Value, p.Shape[0], p.Shape[1])
		p.compact.Arrange(p.Transposed, s.room)
		kernels.Release(p.Value) // the whole block is free only when no parameter needs it
		p.Value = nil
	}
	old := map[*Param][]float32{}
	for _, p := range s.params {
		old[p] = p.Value
	}
	s.values = s.block(func(p *Param, data []float32) { p.Value = data[:copy(data, old[p])] })
	return nil
}

// Dtype is the type in which the store keeps most weights: that of its matrices that are not
// in float32, if there are any.
func (s *Store) Dtype() Dtype {
	for _, p := range s.params {
		if p.isCompact() {
			return p.dtype
		}
	}
	return Float32
}

// Dtype is the type of the parameter.
func (p *Param) Dtype() Dtype {
	if p.isCompact() {
		return p.dtype
	}
	return Float32
}

func (p *Param) isCompact() bool { return p.dtype.compact() }

// Bytes is the memory of the value.
func (p *Param) Bytes() int {
	if p.isCompact() {
		return kernels.CompactBytes(string(p.dtype), p.Shape[0], p.Shape[1], p.Transposed)
	}
	return 4 * size(p.Shape)
}

// Compact returns the weights of a parameter that is not in float32; nil for one that is, or
// that has none yet.
func (p *Param) Compact() *kernels.Compact { return p.compact }

// SetCompact gives weights to a parameter of a store from [NewStoreAs], which keeps them.
func (p *Param) SetCompact(c *kernels.Compact) error {
	rows, cols := c.Size()
	if !p.isCompact() || c.Format() != string(p.dtype) || !equal(p.Shape, []int{rows, cols}) {
		return errors.Errorf("parameter %s is %s of shape %v: it cannot be given weights in %s of shape [%d %d]",
			p.Name, p.Dtype(), p.Shape, c.Format(), rows, cols)
	}
	c.Arrange(p.Transposed, p.store.room)
	p.compact = c
	p.store.layout++
	return nil
}

// header returns a tensor on the memory of the parameter: of its own for each graph, since
// Gorgonia writes to the headers as it runs. It is nil in a sketch. Gorgonia never looks at the
// elements of a compact one; their order is that of the kernels.
func (p *Param) header() *tensor.Dense {
	if !p.isCompact() {
		return stored(p.Value, p.Shape)
	}
	return tensor.New(tensor.WithShape(p.Shape...), tensor.WithBacking(p.compact.Memory()))
}

// compactOf returns the compact weights that x binds, or nil.
func (g *Graph) compactOf(x Node) *kernels.Compact {
	if p := g.params[x.n]; p != nil {
		return p.compact
	}
	return nil
}

// refusesCompact reports the first operand that is not in float32, which ops cannot read unless
// they say so.
func (g *Graph) refusesCompact(s *spec) error {
	for _, x := range s.in {
		if p := g.params[x.n]; p != nil && p.isCompact() && !s.compact {
			return errors.Errorf("parameter %s is kept as %s, which this operation cannot read: it needs float32", p.Name, p.dtype)
		}
	}
	return nil
}

// stale returns an error if the parameters that the graph has bound have been replaced.
func (g *Graph) stale() error {
	for _, s := range g.stores {
		if g.layouts[s] != s.layout {
			return errors.New("the type of the weights was changed after the graph was declared: declare it again")
		}
	}
	return nil
}
