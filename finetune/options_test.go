package finetune

import (
	"testing"

	"github.com/stretchr/testify/require"

	"gorgpt/gpt1"
	"gorgpt/heads"
	"gorgpt/loaders"
)

func TestResolve(t *testing.T) {
	fit := func(width, rows int, spec Spec, change func(*Options)) Options {
		asked := Defaults()
		change(&asked)
		given := asked
		d, b := &Data{Spec: spec, Train: make([]loaders.Row, rows)}, &Base{Model: &gpt1.Model{Config: gpt1.Config{NEmbd: width}}}
		fitted, err := asked.Resolve(d, b)
		require.NoError(t, err)
		require.Equal(t, given, asked, "options are never changed")
		again, err := fitted.Resolve(d, b)
		require.NoError(t, err)
		require.Equal(t, fitted, again, "resolving again changes nothing, as when stored options are read")
		return fitted
	}
	unchanged := func(*Options) {}
	classes := Spec{Task: heads.Classification, Space: heads.Space{Labels: []string{"no", "yes"}}}

	s := fit(768, 1000, classes, unchanged)
	require.Equal(t, []float64{6.25e-5, 4, 94, 32}, []float64{s.LR, float64(s.Micro), float64(s.Steps), float64(s.EvalEvery)}, "the paper's values")
	s = fit(128, 1000, classes, unchanged)
	require.Equal(t, []float64{5e-4, 8, 4}, []float64{s.LR, float64(s.Batch), float64(s.Micro)}, "values for a small model")
	require.Equal(t, []float64{0, 0.1}, []float64{s.Dropout, s.HeadDrop}, "dropout of the model and of its head")
	s = fit(128, 1000, classes, func(s *Options) { s.Dropout = 0.3 })
	require.Equal(t, []float64{0.3, 0.3}, []float64{s.Dropout, s.HeadDrop})
	s = fit(128, 1000, Spec{Task: heads.MultipleChoice, Space: heads.Space{Choices: 4}}, unchanged)
	require.Equal(t, 1, s.Micro, "1 example of 4 sequences")
	require.True(t, fit(128, 10, Spec{Task: heads.Regression}, unchanged).Regression)

	s = fit(128, 40, classes, func(s *Options) { s.Steps, s.Epochs = 500, 0 })
	require.Equal(t, []int{500, 50}, []int{s.Steps, s.EvalEvery}, "ten evaluations, not one for each of 250 epochs")
	s = fit(128, 1000, classes, func(s *Options) { s.LR, s.Micro, s.EvalEvery, s.Batch = 0, 8, 0, 4 })
	require.Equal(t, []float64{0, 4, 750, 0}, []float64{s.LR, float64(s.Micro), float64(s.Steps), float64(s.EvalEvery)}, "the given values; a micro-batch is not larger than the batch")
}
