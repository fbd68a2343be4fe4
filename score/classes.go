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

// total returns the number of predictions and of right predictions.
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

// Accuracy returns the share of right predictions. It is 0 without predictions.
func (c Confusion) Accuracy() float64 {
	total, right := c.total()
	return ratio(float64(right), float64(total))
}

// Always returns the accuracy of always predicting one class.
func (c Confusion) Always(class int) float64 {
	total, _ := c.total()
	gold, _ := c.margins(class)
	return ratio(float64(gold), float64(total))
}

// margins returns how often a class is the gold class and how often it is predicted.
func (c Confusion) margins(class int) (gold, predicted int) {
	for i := range c {
		gold += c[class][i]
		predicted += c[i][class]
	}
	return gold, predicted
}

// F1 returns the harmonic mean of precision and recall of a class. It is 0 if the class neither
// occurs nor is predicted.
func (c Confusion) F1(class int) float64 {
	gold, predicted := c.margins(class)
	return ratio(2*float64(c[class][class]), float64(gold+predicted))
}

// Support returns how many examples have a class.
func (c Confusion) Support(class int) int {
	gold, _ := c.margins(class)
	return gold
}

// Predicted returns how often a class is predicted.
func (c Confusion) Predicted(class int) int {
	_, predicted := c.margins(class)
	return predicted
}

// Precision returns the share of right predictions among those of a class. It is 0 if the class is
// never predicted.
func (c Confusion) Precision(class int) float64 {
	return ratio(float64(c[class][class]), float64(c.Predicted(class)))
}

// Recall returns the share of the examples of a class that are predicted as such. It is 0 if the
// class does not occur.
func (c Confusion) Recall(class int) float64 {
	return ratio(float64(c[class][class]), float64(c.Support(class)))
}

// Present returns the classes that occur or are predicted.
func (c Confusion) Present() (classes []int) {
	for k := range c {
		if gold, predicted := c.margins(k); gold+predicted > 0 {
			classes = append(classes, k)
		}
	}
	return classes
}

// MacroF1 returns the mean of F1 over classes, in general those of [Confusion.Present].
func (c Confusion) MacroF1(classes []int) float64 {
	sum := 0.0
	for _, k := range classes {
		sum += c.F1(k)
	}
	return ratio(sum, float64(len(classes)))
}

// WeightedF1 returns the mean of F1 over the examples, each with the F1 of its class.
func (c Confusion) WeightedF1() float64 {
	sum, total := 0.0, 0.0
	for k := range c {
		n := float64(c.Support(k))
		sum += n * c.F1(k)
		total += n
	}
	return ratio(sum, total)
}

// Matthews returns the correlation between gold and predicted classes: Matthews' coefficient for two
// classes, and Gorodkin's generalisation for more,
//
//	(n·right − Σ gₖpₖ) / √((n² − Σ gₖ²)(n² − Σ pₖ²))
//
// where gₖ and pₖ are the numbers of gold and predicted examples of class k. It is 0 if all gold or
// all predicted classes are the same.
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

// Majority returns the most frequent of k classes, the first among equals.
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

// ratio returns a/b, or 0 if b is 0: an undefined measure counts as 0.
func ratio(a, b float64) float64 {
	if b == 0 {
		return 0
	}
	return a / b
}
