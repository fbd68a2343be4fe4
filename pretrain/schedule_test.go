package pretrain

import (
	"testing"

	"github.com/stretchr/testify/require"

	"gorgpt/optim"
	"gorgpt/train"
)

func TestSchedulesOfARun(t *testing.T) {
	o, err := Defaults("tiny")
	require.NoError(t, err)
	o.Steps, o.Epochs, o.LR, o.Warmup = 100, 0, 0.01, 10
	for schedule, want := range map[string]optim.Schedule{
		Cosine:   optim.WarmupCosine{Peak: 0.01, Warmup: 10, Total: 100},
		Constant: optim.WarmupStable{Peak: 0.01, Warmup: 10, Total: 100},
		WSD:      optim.WarmupStable{Peak: 0.01, Warmup: 10, Decay: 20, Total: 100},
	} {
		o.Schedule = schedule
		got, err := o.schedule()
		require.NoError(t, err)
		require.Equal(t, want, got)
	}
	o.Schedule, o.Warmup = WSD, 90
	got, err := o.schedule()
	require.NoError(t, err)
	require.Equal(t, optim.WarmupStable{Peak: 0.01, Warmup: 90, Decay: 10, Total: 100}, got, "the warm-up comes first")
}

func TestStages(t *testing.T) {
	o, err := Defaults("mini")
	require.NoError(t, err)
	o.Steps, o.Epochs, o.LR, o.Warmup = 100, 0, 6e-4, 10
	for _, more := range []Options{
		{Schedule: Constant, Options: train.Options{Steps: 150, LR: 1e-4}},
		{Schedule: WSD, Warmup: 2, Options: train.Options{Steps: 200, LR: 2e-4}},
	} {
		o, err = o.Extended(more)
		require.NoError(t, err)
		require.NoError(t, o.Check())
	}
	require.Equal(t, []string{"cosine:100:0.0006:10", "constant:150:0.0001:0"}, o.Stages)
	got, err := o.schedule()
	require.NoError(t, err)
	require.Equal(t, optim.Extended{
		First: optim.Extended{
			First: optim.WarmupCosine{Peak: 6e-4, Warmup: 10, Total: 100},
			From:  100, Then: optim.WarmupStable{Peak: 1e-4, Total: 50},
		},
		From: 150, Then: optim.WarmupStable{Peak: 2e-4, Warmup: 2, Decay: 10, Total: 50},
	}, got)
	_, err = o.Extended(Options{Options: train.Options{Steps: 200}})
	require.EqualError(t, err, "the run has done 200 updates, so an extension needs more than that, and this makes 200: set Steps to a larger number, or Epochs")
	o.Warmup = 51
	_, err = o.warmedUp()
	require.EqualError(t, err, "Warmup of 51 updates is longer than the run of 50")
}

// Stages have one text form.
func FuzzStage(f *testing.F) {
	for _, text := range []string{"cosine:3000:0.0006:300", "wsd:1:0:0", "constant:5:1e-9:5", "cosine:-1:1:-2", "cosine:1:NaN:0", ":::", ""} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		s, err := parseStage(text)
		if err != nil {
			return
		}
		again, err := parseStage(s.String())
		require.NoError(t, err)
		require.Equal(t, s, again)
		require.GreaterOrEqual(t, s.steps, s.warmup)
	})
}
