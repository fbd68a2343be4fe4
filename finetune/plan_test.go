package finetune

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"gorgpt/heads"
	"gorgpt/loaders"
	"gorgpt/train"
)

// run.json records the preset of a new model even if it was not chosen explicitly.
func TestPlanRecordsThePresetOfANewModel(t *testing.T) {
	rows := slices.Repeat([]loaders.Row{
		{Texts: []string{"the film was good"}, Label: loaders.Label{Text: "yes"}},
		{Texts: []string{"the film was bad"}, Label: loaders.Label{Text: "no"}},
	}, 4)
	d := &Data{Name: "films", Train: rows}
	var err error
	d.Spec, err = Learn(heads.Classification, rows)
	require.NoError(t, err)
	o := Defaults()
	o.Task, o.Scratch = heads.Classification, true
	b, err := o.OpenBase(d, train.Listener{})
	require.NoError(t, err)
	p, err := NewPlan(o, d, b, train.Listener{})
	require.NoError(t, err)
	require.Empty(t, o.Preset, "options are never changed")
	require.Equal(t, "tiny", p.Options().Preset)
}
