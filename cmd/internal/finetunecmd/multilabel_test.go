package finetunecmd

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// labelled writes rows with none, one or both of two labels, as JSON lines or as a table. Each
// label depends on one word.
func labelled(n int, seed uint64, table bool) string {
	rng := rand.New(rand.NewPCG(seed, 0))
	var out strings.Builder
	if table {
		out.WriteString("text\tlabels\n")
	}
	for range n {
		words, labels := []string{"bad", "dry"}, []string{}
		for k, word := range []string{"good", "wet"} {
			if rng.IntN(2) == 1 {
				words[k] = word
				labels = append(labels, word)
			}
		}
		text := fmt.Sprintf("the film was %s and it is %s .", words[0], words[1])
		if !table {
			list, _ := json.Marshal(labels)
			fmt.Fprintf(&out, "{\"text\": %q, \"labels\": %s}\n", text, list)
			continue
		}
		cell := strings.Join(labels, "|")
		if cell == "" {
			cell = "|"
		}
		fmt.Fprintf(&out, "%s\t%s\n", text, cell)
	}
	return out.String()
}

func TestMultiLabel(t *testing.T) {
	dir := workplace(t, "classification")
	write(t, dir, "train.jsonl", labelled(64, 1, false))
	write(t, dir, "train.tsv", labelled(64, 1, true))
	write(t, dir, "dev.jsonl", labelled(30, 2, false))
	write(t, dir, "test.jsonl", labelled(30, 3, false))
	train := func(file, out string, more ...string) string {
		flags := []string{
			"-task", "multilabel", "-model", "m", "-train", file, "-dev", "dev.jsonl", "-test", "test.jsonl",
			"-steps", "80", "-eval-every", "20", "-lr", "0.01", "-batch", "16", "-out", out,
		}
		status, stdout, stderr := command(t, dir, append(flags, more...)...)
		require.Zero(t, status, stderr)
		return stdout
	}
	stdout := train("train.jsonl", "out", "-dot", "graph.dot")
	require.Regexp(t, `test, 30 examples: micro_f1 \d\.\d{4}  macro_f1 \d\.\d{4}  subset_acc \d\.\d{4}  majority_micro_f1 \d\.\d{4}`, stdout)
	require.Greater(t, last(t, dir+"/out", "test_micro_f1"), 0.9)
	require.Greater(t, last(t, dir+"/out", "test_micro_f1"), last(t, dir+"/out", "test_majority_micro_f1"))
	require.Contains(t, read(t, dir, "graph.dot"), "sigmoid_cross_entropy")

	var task struct {
		Task       string
		Labels     []string
		Thresholds []float64
	}
	require.NoError(t, json.Unmarshal([]byte(read(t, dir, "out/task.json")), &task))
	require.Equal(t, []string{"good", "wet"}, task.Labels)
	require.Len(t, task.Thresholds, 2, "fitted on the development rows")

	// The report and its picture have the counts and F1 of each label.
	good := sets(t, dir, "out/report.json")["test"].Classes[0]
	require.Equal(t, "good", good.Label)
	require.InDelta(t, 2*float64(good.Right)/float64(good.Support+good.Predicted), good.F1, 1e-9)
	picture := read(t, dir, "out/confusion.svg")
	require.Contains(t, picture, ">true positive<")
	require.Contains(t, picture, fmt.Sprintf(">%.2f (%.2f to %.2f)<", good.F1, good.F1Low, good.F1High))

	// Lists and tables have the same rows and give the same model.
	train("train.tsv", "again")
	require.Equal(t, read(t, dir, "out/model.safetensors"), read(t, dir, "again/model.safetensors"))
	require.Equal(t, read(t, dir, "out/task.json"), read(t, dir, "again/task.json"))

	// The column may be called label, or anything with -fields.
	for name, more := range map[string][]string{"label": nil, "tags": {"-fields", "labels=tags"}} {
		for _, file := range []string{"train.jsonl", "dev.jsonl", "test.jsonl"} {
			write(t, dir, name+"-"+file, strings.ReplaceAll(read(t, dir, file), `"labels"`, `"`+name+`"`))
		}
		train(name+"-train.jsonl", name, append(more, "-dev", name+"-dev.jsonl", "-test", name+"-test.jsonl")...)
		require.Equal(t, read(t, dir, "out/model.safetensors"), read(t, dir, name+"/model.safetensors"))
	}

	// Evaluation and prediction use the thresholds.
	status, scores, stderr := command(t, dir, "-model", "out", "-eval", "test.jsonl")
	require.Zero(t, status, stderr)
	require.Regexp(t, fmt.Sprintf(`test.jsonl, 30 examples: micro_f1 %.4f `, last(t, dir+"/out", "test_micro_f1")), scores)
	write(t, dir, "new.jsonl", "{\"text\": \"the film was good and it is wet .\"}\n{\"text\": \"the film was bad and it is dry .\"}\n")
	status, predicted, stderr := command(t, dir, "-model", "out", "-predict", "new.jsonl")
	require.Zero(t, status, stderr)
	require.Regexp(t, `^row\tpredicted\tp\(good\)\tp\(wet\)\n1\tgood\|wet\t\S+\t\S+\n2\t\|\t\S+\t\S+\n$`, predicted)

	status, table, stderr := command(t, dir, "-task", "multilabel", "-train", "train.jsonl", "-dev", "dev.jsonl", "-controls")
	require.Zero(t, status, stderr)
	require.Regexp(t, `bag of words +words +(9\d|100)\.\d`, table)
}

func TestMultiLabelMistakes(t *testing.T) {
	dir := workplace(t, "classification")
	good := labelled(10, 1, false)
	for want, c := range map[string]struct{ train, dev string }{
		`train.jsonl:11: field "labels": item 1 of the list: the label "a|b" has a bar, which separates labels`:         {good + `{"text": "it", "labels": ["good", "a|b"]}`, good},
		`train.jsonl: two or more different labels are needed, not 1`:                                                   {`{"text": "it", "labels": ["good"]}`, good},
		`dev.jsonl:1: label "new" does not occur in the training file: it must be one of good, wet`:                     {good, `{"text": "it", "labels": ["new"]}`},
		`train.jsonl:1: field "labels" is missing: want text and labels, found target, text; try -fields labels=target`: {`{"text": "it", "target": "a"}`, good},
	} {
		write(t, dir, "train.jsonl", c.train+"\n")
		write(t, dir, "dev.jsonl", c.dev+"\n")
		refused(t, dir, want, "-task", "multilabel", "-model", "m", "-dev", "dev.jsonl")
	}
	status, _, stderr := command(t, dir, "-task", "multilabel", "-model", "m")
	require.Equal(t, 1, status)
	require.Equal(t, "finetune: -train is missing: the embedded world has no rows for multilabel\n", stderr)
}
