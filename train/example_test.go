package train_test

import (
	"os"

	"gorgpt/train"
)

func ExampleMetrics() {
	m := train.Metrics{W: os.Stdout}
	_ = m.Evaluated(100, []train.Metric{{Name: "val_loss", Value: 2.5}, {Name: "val_ppl", Value: 12.18}})
	// Output: {"step":100,"val_loss":2.5,"val_ppl":12.18}
}
