package simd_test

import (
	"fmt"

	"gorgpt/internal/simd"
)

// A softmax row from three primitives.
func Example() {
	x := []float32{0, 0, 0, 0}
	sum := simd.ExpSum(x, x, 1, simd.Max(x), 1)
	simd.Scale(x, x, 1/sum)
	fmt.Println(x)
	// Output: [0.25 0.25 0.25 0.25]
}
