package finetunecmd

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"gorgpt/checkpoint"
	"gorgpt/checkpoint/safetensors"
	"gorgpt/graph"
)

// Prediction needs no labels, so rows with an unknown label are predicted as well.
func TestUnknownLabelsArePredicted(t *testing.T) {
	dir := workplace(t, "classification")
	status, _, stderr := command(t, dir, append(short, "-task", "classification", "-model", "m", "-out", "out")...)
	require.Zero(t, status, stderr)
	const texts = "the film was good .\nit rains\n"
	write(t, dir, "plain.tsv", "text\n"+texts)
	write(t, dir, "labelled.tsv", "text\tlabel\n"+strings.ReplaceAll(texts, "\n", "\tnew\n"))
	status, want, stderr := command(t, dir, "-model", "out", "-predict", "plain.tsv")
	require.Zero(t, status, stderr)
	status, got, stderr := command(t, dir, "-model", "out", "-predict", "labelled.tsv")
	require.Zero(t, status, stderr)
	require.Equal(t, want, got)
	require.Contains(t, stderr, "labelled.tsv: rows with a label that the model lacks: 2 of 2; the predictions are not evaluated")
	status, _, stderr = command(t, dir, "-model", "out", "-eval", "labelled.tsv")
	require.Equal(t, 1, status)
	require.Contains(t, stderr, `label "new" does not occur in the training file`)
}

// TestDtype predicts and evaluates with weights of each type, and from a folder in int8, which cannot
// be fine-tuned.
func TestDtype(t *testing.T) {
	dir := workplace(t, "classification")
	status, _, stderr := command(t, dir, append(short, "-task", "classification", "-model", "m", "-out", "out")...)
	require.Zero(t, status, stderr)
	predict := func(args ...string) (predictions, scores, notes string) {
		status, predictions, stderr := command(t, dir, append(args, "-predict", "test.jsonl")...)
		require.Zero(t, status, stderr)
		status, scores, stderr = command(t, dir, append(args, "-eval", "test.jsonl")...)
		require.Zero(t, status, stderr)
		return predictions, scores, stderr
	}
	m, tok, _, err := checkpoint.ReadFolderAs("out", 0, graph.Int8)
	require.NoError(t, err)
	require.NoError(t, os.Mkdir("small", 0o700))
	require.NoError(t, checkpoint.WriteFolder("small", m, tok, checkpoint.Form{DType: safetensors.I8, Task: []byte(read(t, dir, "out/task.json"))}))

	wide, _, _ := predict("-model", "out")
	same, _, _ := predict("-model", "out", "-dtype", "float32")
	require.Equal(t, wide, same)
	brain, _, _ := predict("-model", "out", "-dtype", "bfloat16")
	require.NotEqual(t, wide, brain)
	converted, scores, _ := predict("-model", "out", "-dtype", "int8")
	require.NotEqual(t, wide, converted)
	read, scoresRead, notes := predict("-model", "small")
	require.Equal(t, converted, read)
	require.Equal(t, scores, scoresRead)
	require.NotContains(t, notes, "note:")
	_, _, notes = predict("-model", "small", "-dtype", "float32")
	require.Contains(t, notes, "note: small: the weights are int8: float32 takes more memory")

	status, _, stderr = command(t, dir, "-task", "classification", "-model", "m", "-dtype", "int8")
	require.Equal(t, 2, status)
	require.Contains(t, stderr, "-dtype is for -eval and -predict: omit it, as training computes in float32")
	status, _, stderr = command(t, dir, append(short, "-task", "classification", "-model", "small", "-out", "other")...)
	require.Equal(t, 1, status)
	require.Contains(t, stderr, "the weights are int8, which cannot be trained: use the model that was converted")
	status, _, stderr = command(t, dir, "-resume", "out", "-dtype", "int8")
	require.Equal(t, 2, status)
	require.Contains(t, stderr, "-resume uses the folder and the settings of the run: it cannot be combined with -dtype")
}
