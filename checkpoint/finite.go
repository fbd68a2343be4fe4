package checkpoint

import (
	"math"

	"github.com/pkg/errors"

	"gorgpt/internal/simd"
)

// checkFinite returns an error if a value is infinite or not a number. With such a weight a model
// computes NaN for some texts or all. The values begin at index at of a tensor.
func checkFinite(from string, shape []int, values []float32, at int, file func(i int) string) error {
	i := firstNotFinite(values)
	if i < 0 {
		return nil
	}
	return errors.Errorf("%s: %s value %d of %v is %v: weights must be finite; the file is damaged, or the training that wrote it diverged",
		file(at+i), from, at+i, shape, values[i])
}

// firstNotFinite is the index of the first value that is infinite or not a number, or -1.
func firstNotFinite(values []float32) int {
	if sum := simd.SumSquares(values); sum < math.Inf(1) { // in float64, which cannot overflow here
		return -1
	}
	const exponent = 0xff << 23 // all its bits are set in infinities and NaN
	for i, v := range values {
		if math.Float32bits(v)&exponent == exponent {
			return i
		}
	}
	return -1
}

// in returns path as the file of every value.
func in(path string) func(int) string { return func(int) string { return path } }
