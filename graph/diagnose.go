package graph

import (
	"math"

	"github.com/pkg/errors"
)

// Diagnose runs the graph once more on the current inputs. Its error names the first node
// whose value is not finite, with the shapes. It checks parameters first and returns nil if
// all values are finite. It is slow; call it after a failure.
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

// check returns an error if the value that the op has just computed is not finite.
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

// ClearGradients sets all gradients to zero, so that an update can be computed again.
func (s *Store) ClearGradients() {
	clear(s.grads)
}
