package runs_test

import (
	"fmt"

	"gorgpt/train/runs"
)

// ExampleFolder_Metrics reads the loss of the first update of a run.
func ExampleFolder_Metrics() {
	f, err := runs.Open("../../testdata/stability/c3479e4")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer f.Close()
	m, err := f.Metrics("pretrained", 0)
	if err != nil {
		fmt.Println(err)
		return
	}
	updates := m.Tables[0]
	fmt.Printf("step %d: %s %.4f\n", updates.Steps[0], updates.Kind, updates.Column("loss")[0])
	// Output: step 1: loss 4.8195
}
