package ablate_test

import (
	"fmt"

	"gorgpt/experiment/ablate"
)

func ExampleVariants() {
	for _, v := range ablate.Variants() {
		fmt.Printf("%s: %s\n", v.Name, v.Title)
	}
	// Output:
	// full: pre-trained
	// no-lm: no auxiliary LM
	// scratch: no pre-training
	// lstm: LSTM, pre-trained
}
