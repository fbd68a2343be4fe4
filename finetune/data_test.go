package finetune

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"gorgpt/heads"
)

// dataOf reads files with these lines; those without lines are not named.
func dataOf(t *testing.T, s *Settings, training, dev, test []string) (*Data, error) {
	t.Helper()
	dir := t.TempDir()
	for name, file := range map[string]struct {
		lines []string
		path  *string
	}{"train": {training, &s.Train}, "dev": {dev, &s.Dev}, "test": {test, &s.Test}} {
		if file.lines != nil {
			*file.path = filepath.Join(dir, name+".jsonl")
			require.NoError(t, os.WriteFile(*file.path, []byte(strings.Join(file.lines, "\n")), 0o600))
		}
	}
	return s.ReadData()
}

func TestLimitIsOfTraining(t *testing.T) {
	all := pairs(`"yes"`, `"no"`, `"yes"`, `"maybe"`)
	d, err := dataOf(t, &Settings{Task: heads.Similarity, Limit: 2}, all, all, all)
	require.NoError(t, err)
	require.Equal(t, []int{2, 4, 4}, []int{len(d.Train), len(d.Dev), len(d.Test)})
	require.Equal(t, []string{"maybe", "no", "yes"}, d.Spec.Labels, "those of the whole file")

	d, err = dataOf(t, &Settings{Task: heads.Similarity, Limit: 5}, all, nil, nil)
	require.NoError(t, err)
	require.Len(t, d.Train, 4)
	require.Nil(t, d.Dev)
}

func TestLimitThatLeavesOneClass(t *testing.T) {
	_, err := dataOf(t, &Settings{Task: heads.Similarity, Limit: 2}, pairs("1", "1", "0"), nil, nil)
	require.ErrorContains(t, err, `Limit 2: the first rows do not suffice: `)
	require.ErrorContains(t, err, `train.jsonl: every label is "1": want two classes or more: choose a larger limit, or mix the rows`)

	_, err = dataOf(t, &Settings{Task: heads.Similarity, Limit: 2}, pairs("1.5", "1.5", "0"), nil, nil)
	require.ErrorContains(t, err, `train.jsonl: every score is 1.5: want two or more`)
	questions := []string{question(`["yes", "no"]`, "0"), question(`["yes", "no"]`, "0"), question(`["yes", "no"]`, "1")}
	_, err = dataOf(t, &Settings{Task: heads.MultipleChoice, Limit: 2}, questions, nil, nil)
	require.NoError(t, err, "the number of an answer is no class")
}

// Labels are checked before there is a model.
func TestReadDataChecksLabels(t *testing.T) {
	_, err := dataOf(t, &Settings{Task: heads.Similarity}, pairs("0", "1"), pairs("0"), pairs("1", "2"))
	require.ErrorContains(t, err, `test.jsonl:2: label "2" does not occur in the training file: want one of 0, 1`)
}

func TestEmbeddedWorld(t *testing.T) {
	for kind, fields := range map[heads.Kind]int{
		heads.Classification: 1, heads.Entailment: 2, heads.Similarity: 2, heads.MultipleChoice: 2,
	} {
		d, err := (&Settings{Task: kind, Limit: 20}).ReadData()
		require.NoError(t, err)
		require.Equal(t, kind, d.Spec.Task)
		require.Len(t, d.Train, 20)
		require.NotEmpty(t, d.Dev)
		require.NotEmpty(t, d.Test)
		require.Len(t, d.Test[0].Texts, fields)
	}
	d, err := (&Settings{Task: heads.Similarity, Regression: true}).ReadData()
	require.NoError(t, err)
	require.Equal(t, heads.Regression, d.Spec.Task)
}
