package graph

import (
	"math"

	"github.com/pkg/errors"
)

// Diagnose runs the graph once more, with the values its inputs hold now, and returns an
// error that names the first node whose value is not finite, with its shapes; nil if there
// is none. Parameters are looked at first. It is slow, and meant for after a failure.
func (m *Machine) Diagnose() error {
	for _, n := range m.g.eg.AllNodes() {
		p := m.g.params[n]
		if p == nil {
			continue
		}
		if i := notFinite(p.Value); i >= 0 {
			return errors.Errorf("parameter %s %v: element %d is %v", p.Name, p.Shape, i, p.Value[i])
		}
	}
	m.g.watch = true
	defer func() { m.g.watch = false }()
	return m.Run()
}

// check looks at the value that the op has just computed.
func (o *op) check() error {
	if len(o.shape) == 0 {
		if x := float32(*o.c.s); !finite(x) {
			return errors.Errorf("the value is %v", x)
		}
		return nil
	}
	stride := o.shape[len(o.shape)-1]
	columns := stride
	if o.columns > 0 {
		columns = o.columns
	}
	for at := 0; at < len(o.c.y); at += stride {
		if i := notFinite(o.c.y[at : at+columns]); i >= 0 {
			return errors.Errorf("element %d is %v", at+i, o.c.y[at+i])
		}
	}
	return nil
}

// notFinite is the index of the first value that is not, or -1.
func notFinite(values []float32) int {
	for i, x := range values {
		if !finite(x) {
			return i
		}
	}
	return -1
}

func finite(x float32) bool { return !math.IsNaN(float64(x)) && !math.IsInf(float64(x), 0) }

// ClearGradients sets all gradients to zero, for computing those of an update anew.
func (s *Store) ClearGradients() {
	clear(s.grads)
}
