package finetunecmd

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
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
