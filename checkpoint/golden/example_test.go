package golden_test

import (
	"fmt"

	"gorgpt/checkpoint/golden"
)

func ExampleCompare() {
	want := golden.Array[float32]{Shape: []int{2, 2}, Data: []float32{1, 2, 3, 4}}
	tol := golden.Tolerance{ATol: 0.01, RTol: 0}
	fmt.Println(golden.Compare([]float32{1, 2, 3.005, 4}, want, tol, nil))
	fmt.Println(golden.Compare([]float32{1, 2.02, 3.5, 4}, want, tol, nil))
	// Output:
	// <nil>
	// 2 of 4 values are outside; worst at [1 0]: got 3.5, want 3, difference 0.5, bound 0.01
}
