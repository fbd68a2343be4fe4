package zeroshot_test

import (
	"fmt"

	"gorgpt/experiment/zeroshot"
)

func ExampleTasks() {
	for _, t := range zeroshot.Tasks() {
		fmt.Println(t, "has rows for", t.Kind())
	}
	// Output:
	// acceptability has rows for classification
	// sentiment has rows for classification
	// qa has rows for qa
}
