package files

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"gorgpt/finetune"
	"gorgpt/heads"
)

// dataOf writes files with the given lines and reads them. A file without lines is not named.
func dataOf(t *testing.T, s finetune.Options, training, dev, test []string) (*finetune.Data, error) {
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
	return Read(s)
}

func TestLimitAppliesToTrainingRows(t *testing.T) {
	all := pairs(`"yes"`, `"no"`, `"yes"`, `"maybe"`)
	d, err := dataOf(t, finetune.Options{Task: heads.Similarity, Limit: 2}, all, all, all)
	require.NoError(t, err)
	require.Equal(t, []int{2, 4, 4}, []int{len(d.Train), len(d.Dev), len(d.Test)})
	require.Equal(t, []string{"maybe", "no", "yes"}, d.Spec.Labels, "the labels of the whole file")

	d, err = dataOf(t, finetune.Options{Task: heads.Similarity, Limit: 5}, all, nil, nil)
	require.NoError(t, err)
	require.Len(t, d.Train, 4)
	require.Nil(t, d.Dev)
}

func TestLimitThatLeavesOneClass(t *testing.T) {
	_, err := dataOf(t, finetune.Options{Task: heads.Similarity, Limit: 2}, pairs("1", "1", "0"), nil, nil)
	require.ErrorContains(t, err, `Limit is 2, which is too few rows: `)
	require.ErrorContains(t, err, `train.jsonl: every label is "1": the rows need two or more classes: choose a larger limit or shuffle the rows`)

	_, err = dataOf(t, finetune.Options{Task: heads.Similarity, Limit: 2}, pairs("1.5", "1.5", "0"), nil, nil)
	require.ErrorContains(t, err, `train.jsonl: every score is 1.5: the rows need different scores`)
	questions := []string{question(`["yes", "no"]`, "0"), question(`["yes", "no"]`, "0"), question(`["yes", "no"]`, "1")}
	_, err = dataOf(t, finetune.Options{Task: heads.MultipleChoice, Limit: 2}, questions, nil, nil)
	require.NoError(t, err, "the number of an answer is not a class")
}

// Labels are checked before a model is made.
func TestReadChecksLabels(t *testing.T) {
	_, err := dataOf(t, finetune.Options{Task: heads.Similarity}, pairs("0", "1"), pairs("0"), pairs("1", "2"))
	require.ErrorContains(t, err, `test.jsonl:2: label "2" does not occur in the training file: it must be one of 0, 1`)
}

func TestEmbeddedWorld(t *testing.T) {
	for kind, fields := range map[heads.Kind]int{
		heads.Classification: 1, heads.Entailment: 2, heads.Similarity: 2, heads.MultipleChoice: 2,
	} {
		d, err := Read(finetune.Options{Task: kind, Limit: 20})
		require.NoError(t, err)
		require.Equal(t, kind, d.Spec.Task)
		require.Len(t, d.Train, 20)
		require.NotEmpty(t, d.Dev)
		require.NotEmpty(t, d.Test)
		require.Len(t, d.Test[0].Texts, fields)
	}
	d, err := Read(finetune.Options{Task: heads.Similarity, Regression: true})
	require.NoError(t, err)
	require.Equal(t, heads.Regression, d.Spec.Task)
}

// pairs returns rows of similarity with the given labels, as JSON.
func pairs(labels ...string) []string {
	lines := make([]string, len(labels))
	for i, l := range labels {
		lines[i] = fmt.Sprintf(`{"a": "one text", "b": "other", "label": %s}`, l)
	}
	return lines
}

// question returns a row of multiple choice as JSON.
func question(answers, label string) string {
	return fmt.Sprintf(`{"context": "it rains", "question": "is it wet", "answers": %s, "label": %s}`, answers, label)
}

func TestGivenLabelsAreChecked(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "train.jsonl")
	require.NoError(t, os.WriteFile(path, []byte(strings.Join(pairs(`"no"`, `"yes"`), "\n")), 0o600))
	for labels, want := range map[string]string{"no": "Labels: labels: there must be two or more, not 1", "no,no": `Labels: labels: "no" occurs twice`} {
		s := finetune.Defaults()
		s.Task, s.Train, s.Labels = heads.Similarity, path, labels
		_, err := Read(s)
		require.ErrorContains(t, err, want)
	}
}
