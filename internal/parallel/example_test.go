package parallel_test

import (
	"fmt"

	"gorgpt/internal/parallel"
)

func ExampleDo() {
	squares := make([]int, 4)
	err := parallel.Do(len(squares), func(i int) error {
		squares[i] = i * i
		return nil
	})
	fmt.Println(squares, err)
	// Output: [0 1 4 9] <nil>
}
