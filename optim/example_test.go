package optim_test

import (
	"fmt"

	"gorgpt/graph"
	"gorgpt/optim"
)

// Example minimises (w − 3)² with Adam.
func Example() {
	store, err := graph.NewStore([]graph.Param{{Name: "w", Shape: []int{1}}})
	if err != nil {
		fmt.Println(err)
		return
	}
	opt, err := optim.New(store, optim.Defaults())
	if err != nil {
		fmt.Println(err)
		return
	}
	w := store.Param("w")
	schedule := optim.WarmupLinear{Peak: 0.1, Warmup: 0.1, Total: 200}
	for n := 1; n <= 200; n++ {
		w.Grad[0] = 2 * (w.Value[0] - 3) // Step uses the gradient and clears it
		if err := opt.Step(schedule.Rate(n)); err != nil {
			fmt.Println(err)
			return
		}
	}
	fmt.Printf("%.1f\n", w.Value[0])
	// Output:
	// 3.0
}
