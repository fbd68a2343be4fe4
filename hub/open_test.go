package hub_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"gorgpt"
	"gorgpt/hub"
	"gorgpt/hub/hubtest"
)

// A program downloads a fine-tuned model and predicts with it, as docs/hub.md says.
func TestAModelOfTheHubIsOpened(t *testing.T) {
	const tuned = "../testdata/stability/c3479e4/tuned-done"
	h := hubtest.New(t)
	h.Environment(t)
	h.AddFolder("org/mood", tuned)
	dir, err := hub.Fetch(t.Context(), "org/mood")
	require.NoError(t, err)
	fetched, err := gorgpt.Open(dir)
	require.NoError(t, err)
	local, err := gorgpt.Open(tuned)
	require.NoError(t, err)
	text := gorgpt.Text("the boy was happy")
	want, err := local.Predict(t.Context(), text)
	require.NoError(t, err)
	got, err := fetched.Predict(t.Context(), text)
	require.NoError(t, err)
	require.Equal(t, want, got)
}
