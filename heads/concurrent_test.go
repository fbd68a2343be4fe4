package heads

import (
	"context"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"gorgpt/optim"
)

// Concurrent evaluations, by one tuner or by several tuners of one model, give exactly the results
// of sequential evaluations.
func TestConcurrentEvaluationsEqualSequentialOnes(t *testing.T) {
	const sets = 8
	type result struct {
		losses Losses
		logits [][]float32
	}
	ctx, shared := context.Background(), newTuner(t, MultipleChoice, 1, 3, 0.5)
	evaluate := func(tuner *Tuner, i int) (r result) {
		var err error
		if r.losses, r.logits, err = tuner.Evaluate(ctx, mixed(4+i)); err != nil {
			t.Error(err)
		}
		return r
	}
	var want [sets]result
	for i := range want {
		want[i] = evaluate(shared, i)
	}
	other := &Tuner{Model: shared.Model, Head: shared.Head, Lambda: shared.Lambda, Micro: shared.Micro}
	var got [4 * sets]result
	var all sync.WaitGroup
	for i := range got {
		all.Go(func() { got[i] = evaluate([]*Tuner{shared, other}[i/2%2], i%sets) })
	}
	all.Wait()
	for i := range got {
		require.Equal(t, want[i%sets], got[i])
	}
}

// between is a context that calls f before every micro-batch except the first.
type between struct {
	context.Context
	mu    sync.Mutex
	calls int
	f     func()
}

func (b *between) Err() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.calls++; b.calls > 1 {
		b.f()
	}
	return nil
}

func TestEvaluationDuringAnUpdateIsAnError(t *testing.T) {
	tuner := newTuner(t, MultipleChoice, 1, 3, 0.5)
	opt, err := optim.New(tuner.Model.Store, optim.Defaults())
	require.NoError(t, err)
	_, err = tuner.Accumulate(context.Background(), 1, mixed(7), nil)
	require.NoError(t, err)
	update := func() { require.NoError(t, opt.Step(1e-3)) }
	_, _, err = tuner.Evaluate(&between{Context: context.Background(), f: update}, mixed(7))
	require.ErrorContains(t, err, "the model was trained during its evaluation")
	_, _, err = tuner.Evaluate(context.Background(), mixed(7))
	require.NoError(t, err)
}

// An evaluation during training either gives the results after a whole number of updates or returns
// an error.
func TestEvaluationsDuringTrainingSeeWholeUpdates(t *testing.T) {
	const updates = 6
	ctx, batch := context.Background(), mixed(7)
	train := func(tuner *Tuner, between func(n int)) {
		opt, err := optim.New(tuner.Model.Store, optim.Defaults())
		require.NoError(t, err)
		for n := 1; n <= updates; n++ {
			_, err := tuner.Accumulate(ctx, n, batch, nil)
			require.NoError(t, err)
			require.NoError(t, opt.Step(1e-3))
			between(n)
		}
	}
	alone := newTuner(t, MultipleChoice, 1, 3, 0.5)
	evaluate := func() Losses {
		l, _, err := alone.Evaluate(ctx, batch)
		require.NoError(t, err)
		return l
	}
	valid := []Losses{evaluate()}
	train(alone, func(int) { valid = append(valid, evaluate()) })

	tuner := newTuner(t, MultipleChoice, 1, 3, 0.5)
	done := make(chan struct{})
	var judges sync.WaitGroup
	for range 2 {
		judges.Go(func() {
			for {
				select {
				case <-done:
					return
				default:
				}
				if l, _, err := tuner.Evaluate(ctx, batch); err == nil {
					if !contains(valid, l) {
						t.Errorf("%v are the losses of no update", l)
						return
					}
				}
			}
		})
	}
	train(tuner, func(int) {})
	close(done)
	judges.Wait()
	l, _, err := tuner.Evaluate(ctx, batch)
	require.NoError(t, err)
	require.Equal(t, valid[updates], l, "the trained weights do not depend on evaluations")
}

func contains(all []Losses, l Losses) bool {
	for _, x := range all {
		if x == l {
			return true
		}
	}
	return false
}
