package golden

import (
	"math"

	"github.com/pkg/errors"
)

// Compare returns an error unless got has want's length and every element is
// finite and within the tolerance, or, inside loose (which may be nil), within
// that slice's. The error names the element that exceeds its bound by the
// largest factor and says how many do.
func Compare(got []float32, want Array[float32], tol Tolerance, loose *LooseSlice) error {
	if n := size(want.Shape); len(want.Data) != n || len(got) != n {
		return errors.Errorf("got %d values, want %d for shape %v", len(got), n, want.Shape)
	}
	if err := loose.check(want.Shape); err != nil {
		return err
	}
	outside, worst, worstFactor := 0, 0, 0.0
	for i := range got {
		diff, bound := difference(got[i], want, i, tol, loose)
		if diff <= bound { // false for NaN
			continue
		}
		outside++
		factor := diff / bound
		if math.IsNaN(factor) {
			factor = math.Inf(1)
		}
		if outside == 1 || factor > worstFactor {
			worst, worstFactor = i, factor
		}
	}
	if outside == 0 {
		return nil
	}
	diff, bound := difference(got[worst], want, worst, tol, loose)
	return errors.Errorf("%d of %d values are outside; worst at %v: got %v, want %v, difference %.3g, bound %.3g",
		outside, len(got), multiIndex(worst, want.Shape), got[worst], want.Data[worst], diff, bound)
}

// difference returns |got - want| of element i and the bound it may reach. The
// difference from, or to, a value that is not finite is NaN.
func difference(got float32, want Array[float32], i int, tol Tolerance, loose *LooseSlice) (diff, bound float64) {
	atol := tol.ATol
	if loose.contains(i, want.Shape) {
		atol = loose.ATol
	}
	g, w := float64(got), float64(want.Data[i])
	if math.IsInf(g, 0) || math.IsInf(w, 0) {
		return math.NaN(), atol
	}
	return math.Abs(g - w), atol + tol.RTol*math.Abs(w)
}

// check makes sure that the slice lies inside the shape: a slice that marks
// nothing would make a comparison stricter than its author meant.
func (l *LooseSlice) check(shape []int) error {
	if l == nil {
		return nil
	}
	if l.Axis < 0 || l.Axis >= len(shape) || l.From < 0 || l.From > l.To || l.To > shape[l.Axis] {
		return errors.Errorf("loose slice [%d, %d) of axis %d does not lie inside shape %v", l.From, l.To, l.Axis, shape)
	}
	return nil
}

// contains reports whether the element with flat index i is in the slice.
func (l *LooseSlice) contains(i int, shape []int) bool {
	if l == nil {
		return false
	}
	at := multiIndex(i, shape)[l.Axis]
	return l.From <= at && at < l.To
}

// multiIndex turns a flat index of a row-major tensor into one index per axis.
func multiIndex(i int, shape []int) []int {
	index := make([]int, len(shape))
	for axis := len(shape) - 1; axis >= 0; axis-- {
		index[axis] = i % shape[axis]
		i /= shape[axis]
	}
	return index
}
