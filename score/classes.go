package score

import "math"

// Confusion counts predictions: row gold, column predicted. [K K]
// A Confusion is safe for concurrent use as long as nothing changes it.
type Confusion [][]int

// NewConfusion counts the predictions of k classes.
func NewConfusion(k int, gold, predicted []int) Confusion {
	c := make(Confusion, k)
	for i := range c {
		c[i] = make([]int, k)
	}
	for i, g := range gold {
		c[g][predicted[i]]++
	}
	return c
}

// total is the number of predictions, right that of the right ones.
func (c Confusion) total() (total, right int) {
	for g, row := range c {
		for p, n := range row {
			total += n
			if p == g {
				right += n
			}
		}
	}
	return total, right
}

// Accuracy is the share of right predictions; 0 if there are none.
func (c Confusion) Accuracy() float64 {
	total, right := c.total()
	return ratio(float64(right), float64(total))
}

// Always is the accuracy of predicting one class throughout.
func (c Confusion) Always(class int) float64 {
	total, _ := c.total()
	gold, _ := c.margins(class)
	return ratio(float64(gold), float64(total))
}

// margins are how often a class is right, and how often it is predicted.
func (c Confusion) margins(class int) (gold, predicted int) {
	for i := range c {
		gold += c[class][i]
		predicted += c[i][class]
	}
	return gold, predicted
}

// F1 is the harmonic mean of precision and recall of a class; 0 if the class is
// neither right nor predicted anywhere.
func (c Confusion) F1(class int) float64 {
	gold, predicted := c.margins(class)
	return ratio(2*float64(c[class][class]), float64(gold+predicted))
}

// Matthews is the correlation between gold and predicted classes: for two classes the
// coefficient of Matthews, for more its generalisation by Gorodkin,
//
//	(n·right − Σ gₖpₖ) / √((n² − Σ gₖ²)(n² − Σ pₖ²))
//
// with gₖ and pₖ the numbers of gold and predicted examples of class k. It is 0 if all
// gold or all predicted classes are one.
func (c Confusion) Matthews() float64 {
	total, right := c.total()
	n := float64(total)
	covariance, golds, predictions := n*float64(right), n*n, n*n
	for k := range c {
		gold, predicted := c.margins(k)
		g, p := float64(gold), float64(predicted)
		covariance -= g * p
		golds -= g * g
		predictions -= p * p
	}
	return ratio(covariance, math.Sqrt(golds*predictions))
}

// Majority is the most frequent of k classes, the first among equals.
func Majority(k int, gold []int) int {
	counts, most := make([]int, k), 0
	for _, g := range gold {
		counts[g]++
	}
	for class, n := range counts {
		if n > counts[most] {
			most = class
		}
	}
	return most
}

// ratio is a/b, and 0 where b is 0: a measure that is not defined counts as no success.
func ratio(a, b float64) float64 {
	if b == 0 {
		return 0
	}
	return a / b
}
