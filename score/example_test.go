package score_test

import (
	"fmt"

	"gorgpt/score"
)

func Example() {
	gold, predicted := []int{0, 0, 0, 1, 1}, []int{0, 0, 1, 1, 1}
	c := score.NewConfusion(2, gold, predicted)
	fmt.Printf("accuracy %.2f, majority %.2f\n", c.Accuracy(), c.Always(score.Majority(2, gold)))
	fmt.Printf("F1 %.2f, Matthews %.2f\n", c.F1(1), c.Matthews())
	// Output:
	// accuracy 0.80, majority 0.60
	// F1 0.80, Matthews 0.67
}
