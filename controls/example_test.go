package controls_test

import (
	"context"
	"fmt"

	"gorgpt/controls"
	"gorgpt/heads"
	"gorgpt/loaders"
)

// Example measures a set whose hypotheses give the label away: the false ones have a negation,
// regardless of the premise.
func Example() {
	var rows []loaders.Row
	for i := range 40 {
		hypothesis, label := "somebody sleeps", "yes"
		if i%2 == 1 {
			hypothesis, label = "nobody sleeps", "no"
		}
		premise := []string{"a dog runs", "two men eat bread"}[i/2%2]
		rows = append(rows, loaders.Row{Texts: []string{premise, hypothesis}, Label: loaders.Label{Text: label}})
	}
	space := heads.Space{Labels: []string{"no", "yes"}}
	results, err := controls.Measure(context.Background(), heads.Entailment, space, rows, rows, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, r := range results[:4] {
		fmt.Printf("%-15s %.2f, lift %+.2f ± %.2f, within noise: %v\n", r.Name, r.Dev.Value, r.Dev.Lift, r.Dev.Noise, r.Dev.WithinNoise())
	}
	// Output:
	// majority        0.50, lift +0.00 ± 0.16, within noise: true
	// length          0.50, lift +0.00 ± 0.00, within noise: true
	// premise only    0.50, lift +0.00 ± 0.00, within noise: true
	// hypothesis only 1.00, lift +0.50 ± 0.22, within noise: false
}
