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

	s := fit(768, 3000, classes, unchanged)
	require.Equal(t, []float64{6.25e-5, 4, 282, 94}, []float64{s.LR, float64(s.Micro), float64(s.Steps), float64(s.EvalEvery)}, "the paper's values")
	s = fit(128, 1000, classes, unchanged)
	require.Equal(t, []float64{5e-4, 8, 4}, []float64{s.LR, float64(s.Batch), float64(s.Micro)}, "values for a small model")
	require.Equal(t, []float64{0, 0.1}, []float64{s.Dropout, s.HeadDrop}, "dropout of the model and of its head")
	s = fit(128, 1000, classes, func(s *Options) { s.Dropout = 0.3 })
	require.Equal(t, []float64{0.3, 0.3}, []float64{s.Dropout, s.HeadDrop})
	s = fit(128, 1000, Spec{Task: heads.MultipleChoice, Space: heads.Space{Choices: 4}}, unchanged)
	require.Equal(t, 1, s.Micro, "1 example of 4 sequences")
	require.True(t, fit(128, 10, Spec{Task: heads.Regression}, unchanged).Regression)

	s = fit(128, 40, classes, func(s *Options) { s.Steps, s.Epochs = 500, 0 })
	require.Equal(t, []int{500, 25}, []int{s.Steps, s.EvalEvery}, "twenty evaluations of a small set, not one for each of 100 epochs")
	s = fit(128, 4000, classes, func(s *Options) { s.Steps, s.Epochs = 9000, 0 })
	require.Equal(t, []int{9000, 900, 0}, []int{s.Steps, s.EvalEvery, s.Patience}, "ten evaluations of a large set, not one for each of 18 epochs")
	s = fit(128, 40, classes, unchanged)
	require.Equal(t, []int{150, 0, 7}, []int{s.Steps, s.Epochs, s.EvalEvery}, "many epochs of few rows")
	s = fit(128, 400, classes, unchanged)
	require.Equal(t, []int{150, 3}, []int{s.Steps, s.Epochs})
	s = fit(128, 40, classes, func(s *Options) { s.Epochs = 3 })
	require.Equal(t, []int{15, 3}, []int{s.Steps, s.Epochs}, "as given")
	s = fit(128, 1000, classes, func(s *Options) { s.LR, s.Micro, s.EvalEvery, s.Batch = 0, 8, 0, 4 })
	require.Equal(t, []float64{0, 4, 750, 0}, []float64{s.LR, float64(s.Micro), float64(s.Steps), float64(s.EvalEvery)}, "the given values; a micro-batch is not larger than the batch")
}

// Programs set options without the flags of a command, which check them.
func TestResolveChecksOptions(t *testing.T) {
	d, b := &Data{Spec: Spec{Task: heads.Regression}, Train: make([]loaders.Row, 10)}, &Base{Model: &gpt1.Model{Config: gpt1.Config{NEmbd: 128}}}
	for want, change := range map[string]func(*Options){
		"Batch must be at least 1, not 0":                     func(o *Options) { o.Batch = 0 },
		"Clip must be between 0 and 1e6, not -1":              func(o *Options) { o.Clip = -1 },
		"Dropout must be at least 0 and less than 1, not 1.5": func(o *Options) { o.Dropout = 1.5 },
	} {
		o := Defaults()
		change(&o)
		_, err := o.Resolve(d, b)
		require.EqualError(t, err, want)
	}
}

// A model that starts from random weights with the vocabulary of the rows is trained for longer.
func TestResolveNewModel(t *testing.T) {
	d := &Data{Spec: Spec{Task: heads.Classification, Space: heads.Space{Labels: []string{"no", "yes"}}}}
	for _, c := range []struct {
		task          heads.Kind
		width, rows   int
		preset        string
		steps, epochs int
		lr, warmup    float64
		dropout, head float64
	}{
		{heads.Classification, 128, 100, "tiny", 600, 0, 1e-3, 0.1, 0.25, 0.1},
		{heads.Classification, 128, 500, "tiny", 625, 10, 1e-3, 0.1, 0.25, 0.1},
		{heads.Classification, 128, 501, "tiny", 2500, 0, 1e-3, 0.1, 0.6, 0.6},
		{heads.Classification, 128, 4000, "tiny", 5000, 10, 1e-3, 0.1, 0.6, 0.6},
		{heads.Entailment, 128, 1000, "tiny", 1250, 10, 1e-3, 0.1, 0.25, 0.1},
		{heads.Classification, 128, 100, "", 150, 0, 5e-4, 0.002, 0.25, 0.1},
		{heads.Classification, 768, 100, "gpt1", 150, 0, 6.25e-5, 0.002, 0.25, 0.1},
	} {
		d.Spec.Task, d.Train = c.task, make([]loaders.Row, c.rows)
		o, err := Defaults().Resolve(d, &Base{Model: &gpt1.Model{Config: gpt1.Config{NEmbd: c.width, ResidPDrop: 0.25}}, preset: c.preset})
		require.NoError(t, err)
		require.Equal(t, []any{c.steps, c.epochs, c.lr, c.warmup, c.dropout, c.head}, []any{o.Steps, o.Epochs, o.LR, o.Warmup, o.Dropout, o.HeadDrop}, "%+v", c)
	}
}

func TestPatience(t *testing.T) {
	for _, c := range []struct {
		name   string
		rows   int
		dev    bool
		change func(*Options)
		want   int
	}{
		{"a small set", 2000, true, func(*Options) {}, 10},
		{"a large set", 2001, true, func(*Options) {}, 0},
		{"no development rows", 100, false, func(*Options) {}, 0},
		{"no evaluations during the run", 100, true, func(o *Options) { o.EvalEvery = 0 }, 0},
		{"no checkpoint to restore", 100, true, func(o *Options) { o.Checkpoints = 0 }, 0},
		{"given", 9000, true, func(o *Options) { o.Patience = 2 }, 2},
		{"switched off", 100, true, func(o *Options) { o.Patience = 0 }, 0},
	} {
		d := &Data{Spec: Spec{Task: heads.Regression}, Train: make([]loaders.Row, c.rows)}
		if c.dev {
			d.Dev = make([]loaders.Row, 10)
		}
		asked := Defaults()
		c.change(&asked)
		o, err := asked.Resolve(d, &Base{Model: &gpt1.Model{Config: gpt1.Config{NEmbd: 128}}})
		require.NoError(t, err)
		require.Equal(t, c.want, o.Patience, c.name)
	}
}
