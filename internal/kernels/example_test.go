package kernels_test

import (
	"fmt"

	"gorgpt/internal/kernels"
)

// One linear layer, y = x·W + 1·biasᵀ, on two rows.
func Example() {
	x := []float32{
		1, 2, 3,
		4, 5, 6,
	} // [2 3]
	w := []float32{
		1, 0,
		0, 1,
		1, 1,
	} // [3 2]
	bias := []float32{10, 20}
	y := make([]float32, 4) // [2 2]
	kernels.GemmBias(false, false, 2, 2, 3, x, 3, w, 2, bias, y, 2)
	fmt.Println(y)
	// Output: [14 25 20 31]
}

// A causal softmax: a query spreads its attention over itself and earlier keys.
func ExampleCausalMask() {
	scores := make([]float32, 3*3) // [T T]
	kernels.CausalMask(scores, scores, 1, 3)
	kernels.Softmax(scores, scores, 3, 3)
	for query := range 3 {
		fmt.Printf("%.2f\n", scores[3*query:3*query+3])
	}
	// Output:
	// [1.00 0.00 0.00]
	// [0.50 0.50 0.00]
	// [0.33 0.33 0.33]
}

// Summing a slice in parallel: each slab writes its own result, and the results
// are added in order.
func ExampleParallel() {
	x := make([]float32, 1000)
	for i := range x {
		x[i] = 1
	}
	const block = 100
	sums := make([]float32, len(x)/block)
	kernels.Parallel(len(sums), 1, func(lo, hi int) {
		for b := lo; b < hi; b++ {
			for _, v := range x[b*block : (b+1)*block] {
				sums[b] += v
			}
		}
	})
	var total float32
	for _, s := range sums {
		total += s
	}
	fmt.Println(total)
	// Output: 1000
}
