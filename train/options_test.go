package train

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// A value that no run chooses by itself must not be Auto: a negative norm to clip at would turn the gradients round.
func TestOnlySomeOptionsMayBeAuto(t *testing.T) {
	good := Options{Epochs: Auto, Batch: Auto, Micro: Auto, LR: Auto, Dropout: Auto, EvalEvery: Auto, Patience: Auto, Housekeeping: DefaultHousekeeping(1)}
	require.NoError(t, good.Check())
	for want, change := range map[string]func(o *Options){
		"Clip must be between 0 and 1e6, not -1": func(o *Options) { o.Clip = Auto },
		"L2 must be between 0 and 1e6, not -1":   func(o *Options) { o.L2 = Auto },
		"Steps must be at least 0, not -1":       func(o *Options) { o.Steps = Auto },
		"LogEvery must be at least 0, not -1":    func(o *Options) { o.LogEvery = Auto },
		"SampleEvery must be at least 0, not -1": func(o *Options) { o.SampleEvery = Auto },
		"History must be at least 0, not -1":     func(o *Options) { o.History = Auto },
		"Batch must be at least 1, not -2":       func(o *Options) { o.Batch = -2 },
	} {
		o := good
		change(&o)
		require.EqualError(t, o.Check(), want)
	}
}
