package train_test

import (
	"bytes"
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"gorgpt/gpt1"
	"gorgpt/graph/graphtest"
	"gorgpt/loaders"
	"gorgpt/optim"
	"gorgpt/pretrain"
	"gorgpt/train"
)

var small = gpt1.Config{
	NLayer: 2, NHead: 3, NEmbd: 24, NCtx: 11, VocabSize: 61,
	EmbdPDrop: 0.1, AttnPDrop: 0.1, ResidPDrop: 0.1, LayerNormEps: 1e-5, InitRange: 0.1,
}

// books returns texts in which each id is a noisy function of the previous one, so that a model
// can learn to predict them.
func books(n, length int) []loaders.Tokens {
	r := rand.New(rand.NewPCG(3, 3))
	out := make([]loaders.Tokens, n)
	for i := range out {
		ids, at := make(loaders.InMemory, length), int32(i)
		for k := range ids {
			at = (5*at + 3 + int32(r.IntN(3))) % int32(small.VocabSize)
			ids[k] = at
		}
		out[i] = ids
	}
	return out
}

func pretraining(t *testing.T, batch, micro int) (*pretrain.Task, *optim.Optimizer) {
	t.Helper()
	m, err := gpt1.New(small)
	require.NoError(t, err)
	m.Init(1)
	w, err := loaders.NewWindows(books(3, 200), small.NCtx, 1)
	require.NoError(t, err)
	v, err := loaders.NewFixedWindows(books(1, 100), small.NCtx)
	require.NoError(t, err)
	opt, err := optim.New(m.Store, optim.Defaults())
	require.NoError(t, err)
	p := &pretrain.Task{Model: m, Windows: w, Valid: v, Ctx: small.NCtx, Batch: batch, Micro: micro, Seed: 4}
	t.Cleanup(p.Close)
	return p, opt
}

// The gradient does not depend on how the batch is split, even with dropout.
func TestMicroBatchesGiveTheGradientOfTheBatch(t *testing.T) {
	ctx := context.Background()
	whole, _ := pretraining(t, 7, 7)
	want, err := whole.Accumulate(ctx, 5, atOnce)
	require.NoError(t, err)
	for _, micro := range []int{1, 2, 4, 6} {
		split, _ := pretraining(t, 7, micro)
		got, err := split.Accumulate(ctx, 5, atOnce)
		require.NoError(t, err)
		require.InDelta(t, want.Loss, got.Loss, 1e-6)
		for _, p := range whole.Model.Store.Params() {
			largest := 0.0
			for _, g := range p.Grad {
				largest = max(largest, math.Abs(float64(g)))
			}
			graphtest.AllClose(t, p.Grad, split.Model.Store.Param(p.Name).Grad, 1e-5*largest+1e-9, 1e-5, p.Name)
		}
	}
}

// The same seed gives the same run on any number of cores and lanes.
func TestRunsAreDeterministic(t *testing.T) {
	run := func(wide bool, procs, lanes int) (*pretrain.Task, string) {
		defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(procs))
		p, opt := pretraining(t, 7, 2)
		p.Wide, p.Lanes = wide, lanes
		var seen bytes.Buffer
		tr := train.Trainer{
			Task: p, Optimizer: opt, Schedule: optim.WarmupCosine{Peak: 1e-2, Warmup: 2, Total: 6}, Steps: 6, EvalEvery: 3,
			Observers: []train.Observer{losses{&seen}},
		}
		require.NoError(t, tr.Run(context.Background()))
		return p, seen.String()
	}
	for _, wide := range []bool{false, true} {
		one, seenOne := run(wide, 1, 0)
		for _, c := range [][2]int{{2, 0}, {3, 0}, {64, 0}, {64, 1}, {3, 2}} {
			more, seenMore := run(wide, c[0], c[1])
			require.Equal(t, seenOne, seenMore)
			for _, p := range one.Model.Store.Params() {
				require.Equal(t, p.Value, more.Model.Store.Param(p.Name).Value, p.Name)
			}
		}
	}
}

// losses writes the metrics that do not depend on time.
type losses struct{ w *bytes.Buffer }

func (l losses) Updated(u train.Update) error {
	u.Elapsed, u.TokS = 0, 0
	return train.Metrics{l.w}.Updated(u)
}

func (l losses) Evaluated(step int, m []train.Metric) error {
	return train.Metrics{l.w}.Evaluated(step, m)
}

func TestTrainingLearns(t *testing.T) {
	p, opt := pretraining(t, 16, 16)
	before, err := p.Evaluate(context.Background())
	require.NoError(t, err)
	require.Equal(t, "val_ppl", before[1].Name)
	require.InDelta(t, math.Exp(before[0].Value), before[1].Value, 1e-9)
	tr := train.Trainer{Task: p, Optimizer: opt, Schedule: optim.WarmupCosine{Peak: 1e-2, Warmup: 5, Total: 100}, Steps: 100}
	require.NoError(t, tr.Run(context.Background()))
	after, err := p.Evaluate(context.Background())
	require.NoError(t, err)
	require.Less(t, after[1].Value, before[1].Value/4, "perplexity")
	unigram, err := pretrain.UnigramPerplexity(context.Background(), books(3, 200), p.Valid, small.NCtx, small.VocabSize)
	require.NoError(t, err)
	require.Less(t, after[1].Value, unigram/2)
}

func TestUnigramPerplexity(t *testing.T) {
	valid, err := loaders.NewFixedWindows([]loaders.Tokens{loaders.InMemory{0, 1, 0}}, 2)
	require.NoError(t, err)
	// Counts plus one: 3 for id 0 and 2 for id 1, out of 5. Targets: 1, 0.
	got, err := pretrain.UnigramPerplexity(context.Background(), []loaders.Tokens{loaders.InMemory{0, 0, 1}}, valid, 2, 2)
	require.NoError(t, err)
	require.InDelta(t, 1/math.Sqrt(0.4*0.6), got, 1e-12)
}

// An interrupted run drops the current update and names the last complete one.
func TestInterruption(t *testing.T) {
	p, opt := pretraining(t, 4, 2)
	ctx, cancel := context.WithCancel(context.Background())
	tr := train.Trainer{
		Task: p, Optimizer: opt, Schedule: optim.WarmupCosine{Peak: 1e-2, Warmup: 2, Total: 50}, Steps: 50,
		Observers: []train.Observer{cancelAt{3, cancel}},
	}
	err := tr.Run(ctx)
	require.ErrorIs(t, err, train.Interrupted{3, 50})
	require.EqualError(t, err, "stopped after update 3 of 50")
	require.Equal(t, 3, opt.T)
}

type cancelAt struct {
	step   int
	cancel func()
}

func (c cancelAt) Updated(u train.Update) error {
	if u.Step == c.step {
		c.cancel()
	}
	return nil
}

func (c cancelAt) Evaluated(int, []train.Metric) error { return nil }

// If the gradient is NaN, no weight changes.
func TestNotANumberStopsTheRun(t *testing.T) {
	p, opt := pretraining(t, 4, 4)
	gain := p.Model.Store.Param("h.1.ln_2.weight")
	gain.Value[0] = float32(math.NaN())
	before := append([]float32(nil), p.Model.Store.Param("tokens_embed.weight").Value...)
	tr := train.Trainer{Task: p, Optimizer: opt, Schedule: optim.WarmupCosine{Peak: 1e-2, Warmup: 2, Total: 50}, Steps: 50}
	require.EqualError(t, tr.Run(context.Background()), "update 1: the loss is NaN; the first such value is in "+
		"parameter h.1.ln_2.weight [24]: element 0 is NaN; batch: windows 0 to 3 of epoch 0")
	require.Equal(t, before, p.Model.Store.Param("tokens_embed.weight").Value)
}

func TestMetricsLines(t *testing.T) {
	var b bytes.Buffer
	m := train.Metrics{&b}
	require.NoError(t, m.Updated(train.Update{
		Step: 3, Loss: 4.5, LR: 2.5e-4, GradNorm: 0.5, Tokens: 96, TokS: 1234.56, Elapsed: 1500 * time.Millisecond,
		More: []train.Metric{{"clf_loss", 1}},
	}))
	require.NoError(t, m.Evaluated(3, []train.Metric{{"val_loss", 1}, {"val_ppl", math.Inf(1)}}))
	require.Equal(t, `{"step":3,"loss":4.5,"lr":0.00025,"grad_norm":0.5,"tokens":96,"tok_s":1234.6,"elapsed_s":1.5,"clf_loss":1}
{"step":3,"val_loss":1,"val_ppl":"+Inf"}
`, b.String())
}

// broken are tokens on a failing disk.
type broken struct{ loaders.InMemory }

func (broken) Copy([]int32, int) error { return errors.New("the disk is gone") }

func TestABrokenDiskStopsTheRun(t *testing.T) {
	p, opt := pretraining(t, 4, 4)
	var err error
	p.Windows, err = loaders.NewWindows([]loaders.Tokens{broken{make(loaders.InMemory, 100)}}, small.NCtx, 1)
	require.NoError(t, err)
	tr := train.Trainer{Task: p, Optimizer: opt, Schedule: optim.WarmupCosine{Peak: 1e-2, Warmup: 2, Total: 5}, Steps: 5}
	require.ErrorContains(t, tr.Run(context.Background()), "the disk is gone")
}

// atOnce lets the last micro-batch begin.
func atOnce() error { return nil }
