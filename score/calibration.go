package score

import "math"

// Bin counts the predictions whose confidence lies above one bound and up to the next.
// A Bin is safe for concurrent use as long as nothing changes it.
type Bin struct {
	To         float64 `json:"to"` // the upper bound
	Count      int     `json:"count"`
	Confidence float64 `json:"confidence"` // mean
	Right      float64 `json:"right"`      // share of right predictions
}

// Bins sorts predictions into n bins of equal width by confidence, which is a probability.
func Bins(n int, confidence []float64, right []bool) []Bin {
	bins := make([]Bin, n)
	for i := range bins {
		bins[i].To = float64(i+1) / float64(n)
	}
	for i, p := range confidence {
		b := &bins[min(max(int(math.Ceil(p*float64(n)))-1, 0), n-1)]
		b.Count++
		b.Confidence += p
		if right[i] {
			b.Right++
		}
	}
	for i := range bins {
		b := &bins[i]
		b.Confidence, b.Right = ratio(b.Confidence, float64(b.Count)), ratio(b.Right, float64(b.Count))
	}
	return bins
}

// CalibrationError returns the expected calibration error (Guo et al. 2017): the mean over
// predictions of the distance between confidence and share of right predictions in their bin.
func CalibrationError(bins []Bin) float64 {
	sum, total := 0.0, 0.0
	for _, b := range bins {
		sum += float64(b.Count) * math.Abs(b.Confidence-b.Right)
		total += float64(b.Count)
	}
	return ratio(sum, total)
}

// The temperatures that are considered. Without a lower bound, the temperature of a set without errors would be 0.
const leastTemperature, mostTemperature = 0.25, 10

// Temperature returns the temperature with the least loss. slope must be the derivative of the loss
// with respect to β = 1/temperature. Losses of temperature scaling are convex in β, so the slope
// rises. The result lies between 0.25 and 10.
func Temperature(slope func(beta float64) float64) float64 {
	low, high := 1.0/mostTemperature, 1.0/leastTemperature
	for range 60 {
		if middle := (low + high) / 2; slope(middle) < 0 {
			low = middle
		} else {
			high = middle
		}
	}
	return 2 / (low + high)
}
