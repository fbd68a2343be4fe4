package finetune

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"gorgpt/checkpoint"
	"gorgpt/gpt1"
	"gorgpt/graph"
	"gorgpt/heads"
	"gorgpt/train"
)

// tuned writes the folder of a fine-tuned model with the given task.json and k outputs.
func tuned(t *testing.T, spec string, k int) string {
	t.Helper()
	dir := t.TempDir()
	tok, _ := vocabulary(t)
	pre, err := gpt1.New(gpt1.Config{NLayer: 1, NHead: 1, NEmbd: 4, NCtx: 8, VocabSize: tok.Size(), LayerNormEps: 1e-5, InitRange: 0.02})
	require.NoError(t, err)
	pre.Init(1)
	m := pre
	if k > 0 {
		m, err = heads.Attach(pre, heads.AttachOptions{Rows: tok.Size(), Outputs: k, Blocks: 1, Seed: 1})
		require.NoError(t, err)
	}
	require.NoError(t, checkpoint.WriteModel(dir, m))
	files, err := tok.Files()
	require.NoError(t, err)
	files[SpecFile] = []byte(spec)
	for name, data := range files {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), data, 0o600))
	}
	return dir
}

func TestTaskFileIsValidated(t *testing.T) {
	_, s := vocabulary(t)
	ids := string(must(Spec{Specials: s}.JSON()))
	ids = ids[strings.Index(ids, `"special_ids"`):strings.LastIndex(ids, "}")]
	const classes, qa = `"task": "classification", "labels": ["no", "yes"]`, `"task": "qa"`
	for _, c := range []struct {
		name, keys string
		outputs    int
		want       string // error; "" if task.json is valid
	}{
		{"classes", classes, 2, ""},
		{"classes with fields", classes + `, "fields": {"texts": ["sentence"], "label": "gold"}, "metric": "f1"`, 2, ""},
		{"answers", qa + `, "choices": 5`, 1, ""},
		{"scores", `"task": "regression"`, 1, ""},
		{"a dataset", `"task": "entailment", "labels": ["entailment", "not_entailment"], "dataset": "RTE", "metric": "acc"`, 2, ""},

		{"no labels", `"task": "classification"`, 2, "labels: there must be two or more, not 0"},
		{"one label", `"task": "entailment", "labels": ["no"]`, 1, "labels: there must be two or more, not 1"},
		{"a label twice", `"task": "similarity", "labels": ["no", "yes", "no"]`, 3, `labels: "no" occurs twice`},
		{"an empty label", `"task": "similarity", "labels": ["no", " "]`, 2, `labels: number 1 is " ": it must be a text`},
		{"a label with a tab", `"task": "similarity", "labels": ["no", "y\tes"]`, 2, "labels: number 1 is \"y\\tes\": it must be a text"},
		{"labels of qa", qa + `, "choices": 2, "labels": ["no", "yes"]`, 1, "labels: qa must not have labels"},
		{"labels of another type", `"task": "similarity", "labels": "no"`, 2, "task.json: labels must not be a JSON string"},
		{"no choices", qa, 1, "choices is 0: it must be from 2 to 1000"},
		{"negative choices", qa + `, "choices": -1`, 1, "choices is -1: it must be from 2 to 1000"},
		{"too many choices", qa + `, "choices": 4611686018427387904`, 1, "choices is 4611686018427387904: it must be from 2 to 1000"},
		{"choices beyond any integer", qa + `, "choices": 1e99`, 1, "task.json: choices must not be a JSON number 1e99"},
		{"choices of classes", classes + `, "choices": 2`, 2, "choices: only qa may have choices"},
		{"one text too few", `"task": "entailment", "labels": ["no", "yes"], "fields": {"texts": ["a"], "label": "b"}`, 2, `fields: texts is ["a"]: entailment needs 2 columns for premise, hypothesis`},
		{"one text too many", classes + `, "fields": {"texts": ["a", "b"], "label": "c"}`, 2, "classification needs 1 column for text"},
		{"no answers", qa + `, "choices": 2, "fields": {"texts": ["a", "b"], "label": "c"}`, 1, `fields: answers is "": only qa has such a column, and needs it`},
		{"no label column", classes + `, "fields": {"texts": ["a"]}`, 2, "fields: label is empty"},
		{"windows", classes + `, "long": "windows"`, 2, ""},
		{"unknown way with long texts", classes + `, "long": "middle"`, 2, `long: must be cut-end, head-tail or windows, not "middle"`},
		{"windows of pairs", `"task": "regression", "long": "windows"`, 1, "long is windows: regression has more than one text"},
		{"unknown metric", classes + `, "metric": "rouge"`, 2, `metric is "rouge": for this task it must be one of acc, mcc, f1`},
		{"metric of another task", `"task": "regression", "metric": "acc"`, 1, `metric is "acc": for this task it must be one of pearson, spearman`},
		{"unknown key", classes + `, "lables": []`, 2, `unknown key "lables": the keys are format, task, labels,`},
		{"key in capitals", classes + `, "Labels": ["yes", "no"]`, 2, `unknown key "Labels"`},
		{"unknown task", `"task": "poetry"`, 2, `unknown task "poetry"`},
		{"more labels than outputs", classes, 3, "head.weight has shape [4 3] and head.bias [3]: for 2 labels they must be [4 2] and [2]"},
		{"outputs of a score", `"task": "regression"`, 2, "for regression they must be [4 1] and [1]"},
		{"no head", classes, 0, "the weights lack head.weight or head.bias"},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := tuned(t, "{"+c.keys+", "+ids+"}", c.outputs)
			b, err := ReadBase(dir)
			if c.want == "" {
				require.NoError(t, err)
				require.NotEmpty(t, b.head.Task)
				return
			}
			require.ErrorContains(t, err, c.want)
			require.ErrorContains(t, err, filepath.Join(dir, SpecFile)+": ")
			require.NotContains(t, err.Error(), "\n")
		})
	}
	for name, c := range map[string][2]string{
		"other ids":       {strings.Replace(ids, `"start": `, `"start": 1`, 1), "special_ids are start 1"},
		"missing ids":     {`"special_ids": {"start": 1}`, "special_ids must be an object with the ids of classify, delimiter, start"},
		"no ids":          {`"metric": "acc"`, "special_ids must be an object"},
		"text after it":   {ids + "} {", "must be a JSON object"},
		"ids as a number": {`"special_ids": 5`, "special_ids must not be a JSON number"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := ReadBase(tuned(t, "{"+classes+", "+c[0]+"}", 2))
			require.ErrorContains(t, err, c[1])
		})
	}
}

func TestHeadWithoutTaskFile(t *testing.T) {
	dir := tuned(t, "", 2)
	require.NoError(t, os.Remove(filepath.Join(dir, SpecFile)))
	_, err := ReadTuned(dir, "")
	require.ErrorContains(t, err, "has a head but no task.json to describe its outputs")
	b, err := ReadBase(dir)
	require.NoError(t, err)
	s := Defaults()
	s.Dropout = 0
	var out strings.Builder
	_, err = b.attach(s, Spec{Task: heads.Classification, Space: heads.Space{Labels: []string{"no", "yes"}}}, train.Lines(&out))
	require.NoError(t, err)
	require.Contains(t, out.String(), "has a head but no task.json to describe it: a new head replaces it\n")
}

func must(data []byte, err error) []byte {
	if err != nil {
		panic(err)
	}
	return data
}

// A base that was read to predict has no float32 weights to copy.
func TestACompactBaseIsNotTrained(t *testing.T) {
	dir := tuned(t, "", 0)
	m, tok, _, err := checkpoint.ReadFolderAs(dir, 0, graph.Int8)
	require.NoError(t, err)
	_, err = (&Base{Model: m, Tok: tok, name: dir}).attach(Defaults(), Spec{}, train.Listener{})
	require.EqualError(t, err, dir+" was read in int8: read it with ReadBase to train it")
}
