package train_test

import (
	"bytes"
	"context"
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"gorgpt/loaders"
	"gorgpt/optim"
	"gorgpt/pretrain"
	"gorgpt/train"
)

// scripted is a task whose evaluations give the losses of a script, by update.
type scripted struct {
	*pretrain.Task
	script map[int]float64
	done   int
}

func (s *scripted) Accumulate(ctx context.Context, n int, last func() error) (train.Result, error) {
	s.done = n
	return s.Task.Accumulate(ctx, n, last)
}

func (s *scripted) Seek(n int, at loaders.Position) error {
	s.done = n
	return s.Task.Seek(n, at)
}

func (s *scripted) Evaluate(context.Context) ([]train.Metric, error) {
	return []train.Metric{{Name: "val_loss", Value: s.script[s.done]}}, nil
}

// A run ends early after evaluations that are not better than the best one, at the same update if it is
// stopped and resumed.
func TestPatience(t *testing.T) {
	var last *snapshot
	trainer := func(patience int, o train.Observer) (*pretrain.Task, *train.Trainer) {
		p, opt := pretraining(t, 3, 3)
		task := &scripted{Task: p, script: map[int]float64{2: 5, 4: 4, 6: 4.5, 8: 4, 10: 3, 12: 3.5, 14: 3.1, 16: 6, 18: 6, 20: 6}}
		return p, &train.Trainer{
			Task: task, Optimizer: opt, Schedule: optim.WarmupCosine{Peak: 1e-2, Warmup: 2, Total: 20}, Steps: 20, EvalEvery: 2, Patience: patience, Seed: 4,
			Observers: []train.Observer{o}, Save: func(s train.State) error { last = take(p.Model, s); return nil },
		}
	}
	for patience, want := range map[int][2]int{0: {20, 10}, 1: {6, 4}, 2: {8, 4}, 3: {16, 10}, 6: {20, 10}} {
		_, tr := trainer(patience, losses{new(bytes.Buffer)})
		require.NoError(t, tr.Run(context.Background()))
		require.Equal(t, want, [2]int{tr.State().Step, tr.State().Best.Step}, "patience %d: the last update and the best one", patience)
	}

	var want bytes.Buffer
	whole, tr := trainer(3, losses{&want})
	require.NoError(t, tr.Run(context.Background()))
	for _, stop := range []int{1, 9, 15, 23, 24} { // lines; the last is that of the evaluation after update 16
		var got bytes.Buffer
		ctx, cancel := context.WithCancel(context.Background())
		_, tr := trainer(3, &countdown{Observer: losses{&got}, left: stop, at: cancel})
		if err := tr.Run(ctx); err != nil {
			require.ErrorAs(t, err, new(train.Interrupted))
		}
		p, tr := trainer(3, losses{&got})
		last.restore(p.Model)
		require.NoError(t, tr.Resume(last.State))
		require.NoError(t, tr.Run(context.Background()))
		require.Equal(t, want.String(), got.String(), "stopped at line %d", stop)
		require.Equal(t, whole.Model.Store.Values(), p.Model.Store.Values())
	}
}

// The smoothed loss starts at the first loss and follows a jump.
func TestSmooth(t *testing.T) {
	smoothed := 0.0
	for n := 1; n <= 100; n++ {
		smoothed = train.Smooth(n, smoothed, 7)
		require.InDelta(t, 7, smoothed, 1e-9, "the mean of equal losses, from the first one on")
	}
	for n := 101; n <= 130; n++ {
		smoothed = train.Smooth(n, smoothed, 1)
	}
	require.InDelta(t, 1, smoothed, 0.3, "30 updates after a jump")
	require.InDelta(t, (0.9*2+4)/1.9, train.Smooth(2, train.Smooth(1, 0, 2), 4), 1e-12, "weights fall with age")
}

func TestKeep(t *testing.T) {
	for text, want := range map[string]train.Keep{"0": 0, "7": 7, "best": train.KeepBest} {
		var k, read train.Keep
		require.NoError(t, k.Set(text))
		require.Equal(t, want, k)
		require.Equal(t, text, k.String())
		data, err := json.Marshal(k)
		require.NoError(t, err)
		require.NoError(t, json.Unmarshal(data, &read))
		require.Equal(t, k, read)
	}
	var k train.Keep
	for _, text := range []string{"", "-1", "two", "2.5"} {
		require.Error(t, k.Set(text), text)
	}
	require.ErrorContains(t, json.Unmarshal([]byte(`{"keep": "all"}`), &train.Housekeeping{}), "keep: must be a number of checkpoints")
}
