package files

import (
	"testing"

	"github.com/stretchr/testify/require"

	"gorgpt/finetune"
	"gorgpt/heads"
	"gorgpt/loaders/datasets"
)

func TestSpecsMatchTheirDatasets(t *testing.T) {
	for _, name := range datasets.Names() {
		set, err := datasets.Find(name)
		require.NoError(t, err)
		require.NoError(t, checkDataset(SpecOf(set)), name)
		task, err := heads.Of(heads.Kind(set.Task))
		require.NoError(t, err, name)
		require.NoError(t, task.CheckSpace(SpecOf(set).Space), name)
	}
	entailment := heads.Space{Labels: []string{"yes", "no"}}
	for want, s := range map[string]finetune.Spec{
		`dataset: unknown dataset "IMDB"`:                               {Task: heads.Classification, Dataset: "IMDB"},
		"dataset RTE is for entailment, but the task is classification": {Task: heads.Classification, Dataset: "RTE"},
		`labels are ["yes" "no"], but RTE has`:                          {Task: heads.Entailment, Space: entailment, Dataset: "RTE"},
	} {
		require.ErrorContains(t, checkDataset(s), want)
	}
}

func TestResolveSetsTheDatasetsTask(t *testing.T) {
	s := finetune.Defaults()
	s.Dataset, s.Data = "sts-b", "somewhere"
	got, err := Resolve(s)
	require.NoError(t, err)
	require.Equal(t, []any{"STS-B", heads.Similarity, true}, []any{got.Dataset, got.Task, got.Regression})
	require.Empty(t, s.Task, "Resolve does not change the options")
	s.Task = heads.Entailment
	_, err = Resolve(s)
	require.ErrorContains(t, err, "Dataset STS-B sets Task similarity")
}
