package score

import (
	"cmp"
	"math"
	"slices"
)

// Mean is the mean of numbers; 0 if there are none.
func Mean(x []float64) float64 {
	sum := 0.0
	for _, v := range x {
		sum += v
	}
	return ratio(sum, float64(len(x)))
}

// SquaredError is the mean of (gold − predicted)².
func SquaredError(gold, predicted []float64) float64 {
	sum := 0.0
	for i, g := range gold {
		sum += (g - predicted[i]) * (g - predicted[i])
	}
	return ratio(sum, float64(len(gold)))
}

// Pearson is the linear correlation; 0 if either side is constant.
func Pearson(x, y []float64) float64 {
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

// Spearman is the correlation of ranks; 0 if either side is constant.
func Spearman(x, y []float64) float64 { return Pearson(ranks(x), ranks(y)) }

// ranks numbers the values by size; equal ones share the mean of their numbers.
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
