package optim_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"gorgpt/optim"
)

func TestSchedules(t *testing.T) {
	cosine := optim.WarmupCosine{Peak: 0.5, Warmup: 2, Total: 6}
	for name, c := range map[string]struct {
		schedule optim.Schedule
		rates    []float64 // of updates 1, 2, …
	}{
		"cosine":               {cosine, []float64{0.25, 0.5, 0.426777, 0.25, 0.073223, 0}},
		"cosine, no warm-up":   {optim.WarmupCosine{Peak: 1, Total: 2}, []float64{0.5, 0}},
		"constant":             {optim.WarmupStable{Peak: 0.5, Warmup: 2, Total: 5}, []float64{0.25, 0.5, 0.5, 0.5, 0.5}},
		"constant, no warm-up": {optim.WarmupStable{Peak: 0.5, Total: 2}, []float64{0.5, 0.5}},
		"warm-up, stable, decay": {
			optim.WarmupStable{Peak: 0.4, Warmup: 2, Decay: 4, Total: 8}, []float64{0.2, 0.4, 0.4, 0.4, 0.3, 0.2, 0.1, 0},
		},
		"no stable part": {optim.WarmupStable{Peak: 0.4, Warmup: 2, Decay: 2, Total: 4}, []float64{0.2, 0.4, 0.2, 0}},
		"extended": {
			optim.Extended{First: cosine, From: 6, Then: optim.WarmupStable{Peak: 0.1, Decay: 1, Total: 3}},
			[]float64{0.25, 0.5, 0.426777, 0.25, 0.073223, 0, 0.1, 0.1, 0},
		},
	} {
		t.Run(name, func(t *testing.T) {
			for i, want := range c.rates {
				require.InDelta(t, want, c.schedule.Rate(i+1), 1e-6, "update %d", i+1)
			}
		})
	}
}
