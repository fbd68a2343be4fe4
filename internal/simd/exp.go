package simd

// ExpSum computes y[i] = gain·exp(scale·x[i] − shift) and returns Σ y[i]. With
// scale 1 and shift max(x) it is the numerator and denominator of a softmax
// row; with shift the saved log-sum-exp it is the softmax itself. y may be x.
func ExpSum(y, x []float32, scale, shift, gain float32) float32 {
	sameLen("ExpSum", len(y), len(x))
	var sum float32
	for len(y) > chunk {
		sum += active.expSum(y[:chunk], x[:chunk], scale, shift, gain)
		y, x = y[chunk:], x[chunk:]
	}
	return sum + active.expSum(y, x, scale, shift, gain)
}

// SumExp returns Σ exp(x[i] − shift).
func SumExp(x []float32, shift float32) float32 {
	var sum float32
	for len(x) > chunk {
		sum += active.sumExp(x[:chunk], shift)
		x = x[chunk:]
	}
	return sum + active.sumExp(x, shift)
}
