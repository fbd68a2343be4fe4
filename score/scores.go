package score

import (
	"cmp"
	"math"
	"slices"
)

// Mean returns the mean of numbers. It is 0 without numbers.
func Mean(x []float64) float64 {
	sum := 0.0
	for _, v := range x {
		sum += v
	}
	return ratio(sum, float64(len(x)))
}

// SquaredError returns the mean of (gold − predicted)².
func SquaredError(gold, predicted []float64) float64 {
	sum := 0.0
	for i, g := range gold {
		sum += (g - predicted[i]) * (g - predicted[i])
	}
	return ratio(sum, float64(len(gold)))
}

// Pearson returns the linear correlation. It is 0 if either side is constant.
func Pearson(x, y []float64) float64 {
	if isConstant(x) || isConstant(y) { // the mean may differ from the value by rounding
		return 0
	}
	meanX, meanY := Mean(x), Mean(y)
	var xy, xx, yy float64
	for i := range x {
		dx, dy := x[i]-meanX, y[i]-meanY
		xy += dx * dy
		xx += dx * dx
		yy += dy * dy
	}
	return ratio(xy, math.Sqrt(xx*yy))
}

// isConstant reports whether all numbers are the same.
func isConstant(x []float64) bool {
	return !slices.ContainsFunc(x, func(v float64) bool { return v != x[0] })
}

// Spearman returns the correlation of ranks. It is 0 if either side is constant.
func Spearman(x, y []float64) float64 { return Pearson(ranks(x), ranks(y)) }

// ranks numbers the values by size. Equal values share the mean of their numbers.
func ranks(x []float64) []float64 {
	order := make([]int, len(x))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(i, j int) int { return cmp.Compare(x[i], x[j]) })
	out := make([]float64, len(x))
	for from := 0; from < len(order); {
		to := from + 1
		for to < len(order) && x[order[to]] == x[order[from]] {
			to++
		}
		for _, i := range order[from:to] {
			out[i] = float64(from+to+1) / 2
		}
		from = to
	}
	return out
}
