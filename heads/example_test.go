package heads_test

import (
	"fmt"

	"gorgpt/heads"
	"gorgpt/loaders"
)

// Example turns a labelled row into the sequences of figure 1, and logits into a prediction.
func Example() {
	rows := []loaders.Row{
		{Texts: []string{"it rains", "it is wet"}, Label: loaders.Label{Text: "yes"}},
		{Texts: []string{"it rains", "it is dry"}, Label: loaders.Label{Text: "no"}},
	}
	kind, space, err := heads.Learn(heads.Entailment, rows)
	if err != nil {
		fmt.Println(err)
		return
	}
	task := kind.Task()
	target, err := task.Target(space, rows[0].Label, rows[0])
	if err != nil {
		fmt.Println(err)
		return
	}
	f := heads.Formatter{Kind: kind, Specials: heads.Specials{Start: 90, Delimiter: 91, Classify: 92}, NCtx: 16}
	sequences, err := f.Sequences(heads.Example{A: []int32{1, 2}, B: []int32{1, 3, 4}, Target: target})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(space.Labels, target.Label, sequences)
	predicted, p := task.Judge(space, nil).Predict([]float32{-1, 1})
	fmt.Printf("%s %.3f\n", predicted, p)
	// Output:
	// [no yes] 1 [[90 1 2 91 1 3 4 92]]
	// yes [0.119 0.881]
}
