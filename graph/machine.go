package graph

import (
	"github.com/pkg/errors"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"gorgpt/internal/kernels"
)

// Machine executes a compiled graph on a Gorgonia TapeMachine.
// A Machine must not be used by several goroutines at once. Machines of different arenas may run
// at the same time, also over one store.
type Machine struct {
	vm    gorgonia.VM
	g     *Graph
	plan  *plan
	arena *Arena
	seen  int // arena generation that the ops are bound to
}

// Compile lays out g's buffers in arena and prepares g to run. The values of the
// nodes in keep can be read after a run, until another machine of the arena
// runs; scalars can always be read.
func (g *Graph) Compile(arena *Arena, keep ...Node) (_ *Machine, err error) {
	if g.err != nil {
		return nil, g.err
	}
	g.keepValues(keep)
	if err := g.checkHashes(); err != nil {
		return nil, err
	}
	p, err := newPlan(g)
	if err != nil {
		return nil, err
	}
	if g.apart = arena.apart; g.adds && g.apart != nil && (len(g.stores) != 1 || g.stores[0] != g.apart.store) {
		return nil, errors.New("the gradients of the arena are those of another store")
	}
	m := &Machine{g: g, plan: p, arena: arena}
	defer func() {
		if r := recover(); r != nil {
			err = errors.Errorf("compiling the graph: %v", r)
		}
	}()
	g.lock()
	defer g.unlock()
	m.vm = gorgonia.NewTapeMachine(g.eg, gorgonia.WithEngine(engine{g: g}))
	return m, nil
}

// keepValues makes the values of nodes outlive the run. Scalars always do.
func (g *Graph) keepValues(nodes []Node) {
	for _, n := range nodes {
		if len(n.shape) > 0 {
			g.keep[n.n] = struct{}{}
		}
	}
}

// checkHashes refuses a graph in which two nodes share Gorgonia's 32-bit hash:
// the machine would run only one of them. Our own ops are salted against it;
// this covers the additions that Gorgonia inserts itself.
func (g *Graph) checkHashes() error {
	seen := map[uint32]*gorgonia.Node{}
	for _, n := range g.eg.AllNodes() {
		if other, found := seen[n.Hashcode()]; found {
			return errors.Errorf("nodes %s and %s share Gorgonia's 32-bit hash: rename one of them", other.Name(), n.Name())
		}
		seen[n.Hashcode()] = n
	}
	return nil
}

// Run executes the graph once on the current inputs. Machines of different
// arenas may run at the same time: those that write to a store wait for the others.
func (m *Machine) Run() error {
	if !m.arena.busy.TryLock() {
		return ErrBusy
	}
	defer m.arena.busy.Unlock()
	m.g.lock()
	defer m.g.unlock()
	if err := m.g.stale(); err != nil {
		return err
	}
	kernels.Enter()
	defer kernels.Leave()
	if m.g.updates {
		for _, s := range m.g.stores {
			s.guard.updates.Add(1)
		}
	}
	m.arena.reserve(m.plan.total)
	if m.seen != m.arena.used || m.seen == 0 {
		m.plan.bind(m.arena.data)
		m.seen = m.arena.used
	}
	m.g.failed, m.g.sum = nil, 0
	err := m.vm.RunAll()
	m.vm.Reset() // also after an error: without it the next RunAll does nothing
	if m.g.failed != nil {
		return m.g.failed // Gorgonia's error adds registers and hides the op
	}
	return errors.Wrap(err, "running the graph")
}

// Close releases the TapeMachine.
func (m *Machine) Close() error { return m.vm.Close() }

// Values returns the elements of a kept node, or of an input.
func (x Node) Values() []float32 {
	if d, ok := x.n.Value().(*tensor.Dense); ok {
		return d.Float32s()
	}
	return nil
}

// Value returns the value of a scalar node.
func (x Node) Value() float32 {
	if v, ok := x.n.Value().(*gorgonia.F32); ok {
		return float32(*v)
	}
	return 0
}

// engine is Gorgonia's, but for the addition that Backpropagate inserts where a
// node has two gradients: that one runs on our kernels, in place.
type engine struct {
	gorgonia.StandardEngine
	g *Graph
}

// Add returns a+b, in the memory that opts name, or else in a new tensor.
func (e engine) Add(a, b tensor.Tensor, opts ...tensor.FuncOpt) (tensor.Tensor, error) {
	if e.g.timed && !a.Shape().IsScalar() {
		defer e.g.nextSum().start()()
	}
	da, okA := a.(*tensor.Dense)
	db, okB := b.(*tensor.Dense)
	fo := tensor.ParseFuncOpts(opts...)
	incr, reuse, unsafe := fo.Incr(), fo.Reuse(), !fo.Safe()
	plain := okA && okB && incr == nil && a.Dtype() == tensor.Float32 && b.Dtype() == tensor.Float32 &&
		a.Shape().Eq(b.Shape()) && !a.Shape().IsScalar()
	var into *tensor.Dense
	switch r, isDense := reuse.(*tensor.Dense); {
	case !plain:
	case isDense && r.Dtype() == tensor.Float32 && r.Shape().Eq(a.Shape()):
		into = r
	case reuse == nil && unsafe:
		into = da
	}
	if into == nil {
		return e.StandardEngine.Add(a, b, opts...)
	}
	kernels.Add(into.Float32s(), da.Float32s(), db.Float32s())
	return into, nil
}
