package train_test

import (
	"context"
	"fmt"
	"os"

	"gorgpt/gpt1"
	"gorgpt/loaders"
	"gorgpt/optim"
	"gorgpt/pretrain"
	"gorgpt/train"
)

// Example trains a small language model on token ids for 60 updates. The same loop trains any
// other [train.Task].
func Example() {
	m, err := gpt1.New(gpt1.Config{NLayer: 1, NHead: 2, NEmbd: 16, NCtx: 8, VocabSize: 10, LayerNormEps: 1e-5, InitRange: 0.1})
	if err != nil {
		fmt.Println(err)
		return
	}
	m.Init(1)
	text := make(loaders.InMemory, 400)
	for i := range text {
		text[i] = int32(i % 10)
	}
	windows, err := loaders.NewWindows([]loaders.Tokens{text}, m.NCtx, 1)
	if err != nil {
		fmt.Println(err)
		return
	}
	opt, err := optim.New(m.Store, optim.Defaults())
	if err != nil {
		fmt.Println(err)
		return
	}
	task := &pretrain.Task{Model: m, Windows: windows, Ctx: m.NCtx, Batch: 4, Micro: 4}
	defer task.Close()
	loss := &lastLoss{}
	t := train.Trainer{
		Task: task, Optimizer: opt, Schedule: optim.WarmupCosine{Peak: 0.02, Warmup: 5, Total: 60}, Steps: 60,
		Observers: []train.Observer{loss},
	}
	if err := t.Run(context.Background()); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("after update %d the loss is below 0.5: %v\n", loss.Step, loss.Loss < 0.5)
	// Output:
	// after update 60 the loss is below 0.5: true
}

// lastLoss keeps the last update.
type lastLoss struct{ train.Update }

func (l *lastLoss) Updated(u train.Update) error { l.Update = u; return nil }

func (*lastLoss) Evaluated(int, []train.Metric) error { return nil }

func ExampleMetrics() {
	m := train.Metrics{W: os.Stdout}
	_ = m.Evaluated(100, []train.Metric{{Name: "val_loss", Value: 2.5}, {Name: "val_ppl", Value: 12.18}})
	// Output: {"step":100,"val_loss":2.5,"val_ppl":12.18}
}
