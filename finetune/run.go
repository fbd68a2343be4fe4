package finetune

import (
	"context"

	"gorgpt/train"
)

// Run fine-tunes the model that the options name on rows, and saves the result in a run folder.
func Run(ctx context.Context, o Options, d *Data, to train.Listener) (Result, error) {
	b, err := o.OpenBase(d, to)
	if err != nil {
		return Result{}, err
	}
	p, err := NewPlan(o, d, b, to)
	if err != nil {
		return Result{}, err
	}
	return p.Run(ctx, nil, nil, to)
}
