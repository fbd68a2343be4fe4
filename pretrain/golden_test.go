package pretrain

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"gorgpt/checkpoint/golden"
	"gorgpt/gpt1"
	"gorgpt/optim"
	"gorgpt/train"
)

// Pre-training runs equal the reference, however batches are split.
func TestGoldenPretrain(t *testing.T) {
	for _, set := range golden.Sets(t) {
		for _, f := range set.Files("pretrain_") {
			batch := f.Tensors["tokens"].Shape[1]
			splits := []int{batch, batch / max(f.GradientAccumulation.MicroBatches, 1), batch - 1}
			splits = slices.DeleteFunc(splits, func(micro int) bool { return micro < 1 })
			for _, micro := range slices.Compact(splits) {
				t.Run(fmt.Sprintf("%s/%s/%d of %d", set.Name, f.Name, micro, batch), func(t *testing.T) {
					goldenPretrain(t, set, f, micro)
				})
			}
		}
	}
}

func goldenPretrain(t *testing.T, set *golden.Set, f *golden.File, micro int) {
	m, err := gpt1.New(gpt1.Config{
		NLayer: set.Config.NLayer, NHead: set.Config.NHead, NEmbd: set.Config.NEmbd, NCtx: set.Config.NCtx,
		VocabSize: set.Config.VocabSize, LayerNormEps: float32(set.Config.LayerNormEpsilon),
	})
	require.NoError(t, err)
	weights := set.Weights(t, f.Name)
	for _, p := range m.Store.Params() {
		copy(p.Value, weights[p.Name].Data)
	}
	h := f.Hyper
	opt, err := optim.New(m.Store, optim.Config{B1: h.B1, B2: h.B2, Eps: h.E, L2: h.L2, Clip: h.MaxGradNorm})
	require.NoError(t, err)

	tokens := set.Int32(t, f.Name, "tokens") // [steps B T+1]
	batch, window := tokens.Shape[1], tokens.Shape[2]
	run := goldenRun{opt: opt}
	trainer := train.Trainer{
		Task: &Task{
			Model: m, Ctx: window - 1, Batch: batch, Micro: micro,
			batches: given(tokens.Data, batch*window),
		},
		Optimizer: opt,
		Schedule:  optim.WarmupCosine{Peak: h.LR, Warmup: h.WarmupSteps, Total: h.Steps},
		Steps:     h.Steps,
		Observers: []train.Observer{&run},
	}
	require.NoError(t, trainer.Run(context.Background()))

	set.Check(t, f.Name, "loss", run.loss)
	set.Check(t, f.Name, "lr", run.lr)
	set.Check(t, f.Name, "lrt", run.lrt)
	set.Check(t, f.Name, "grad_norm", run.norm)
	require.Len(t, f.Expected("final."), len(m.Store.Params()))
	for _, p := range m.Store.Params() {
		set.Check(t, f.Name, "final."+p.Name, p.Value)
	}
}

// given returns a channel that holds the batches of size ids, in order.
func given(ids []int32, size int) <-chan batch {
	batches := make(chan batch, len(ids)/size)
	for block := range slices.Chunk(ids, size) {
		batches <- batch{ids: block}
	}
	return batches
}

// goldenRun collects the values of each update that the reference has, too.
type goldenRun struct {
	opt                 *optim.Optimizer
	loss, lr, lrt, norm []float32
}

func (r *goldenRun) Updated(u train.Update) error {
	r.loss, r.lr = append(r.loss, float32(u.Loss)), append(r.lr, float32(u.LR))
	r.lrt = append(r.lrt, float32(r.opt.Corrected(u.LR, u.Step)))
	r.norm = append(r.norm, float32(u.GradNorm))
	return nil
}

func (r *goldenRun) Evaluated(int, []train.Metric) error { return nil }
