package score

import "math"

// ShareError returns the standard error of a share of n examples.
func ShareError(share float64, n int) float64 {
	return math.Sqrt(max(share*(1-share), 0) / float64(max(n, 1)))
}

// CorrelationError returns the approximate standard error of a correlation over n examples.
func CorrelationError(r float64, n int) float64 {
	return (1 - r*r) / math.Sqrt(float64(max(n-1, 1)))
}
