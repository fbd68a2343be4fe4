package dist_test

import (
	"fmt"

	"gorgpt/dist"
)

// Example sums a value over all ranks. Without MPI there is one: nil is this process alone.
func Example() {
	var g *dist.Group
	loss := 1.5
	if err := g.Sum(nil, &loss); err != nil {
		fmt.Println(err)
		return
	}
	from, to := g.Share(8)
	fmt.Println(g.Size(), "rank computes", from, "to", to, "of a batch of 8; the sum is", loss)
	// Output:
	// 1 rank computes 0 to 8 of a batch of 8; the sum is 1.5
}
