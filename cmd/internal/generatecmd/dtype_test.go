package generatecmd

import (
	"testing"

	"github.com/stretchr/testify/require"

	"gorgpt/checkpoint"
	"gorgpt/checkpoint/safetensors"
	"gorgpt/gpt1"
	"gorgpt/graph"
)

// TestDtype writes and scores with weights of each type, from folders in each type. A weight stands
// for a float32 value, so the type that is computed with changes no digit of what is written, except
// where it rounds.
func TestDtype(t *testing.T) {
	wide := modelFolder(t)
	folder := func(as graph.Dtype, stored safetensors.DType) string {
		m, tok, _, err := checkpoint.ReadFolderAs(wide, 0, as)
		require.NoError(t, err)
		dir := t.TempDir()
		require.NoError(t, checkpoint.WriteFolder(dir, m, tok, checkpoint.Form{DType: stored}))
		return dir
	}
	small, half := folder(graph.Int8, safetensors.I8), folder(graph.Float32, safetensors.BF16)
	const text = "the cat sat on the dog .\n"
	look := func(args ...string) string {
		status, scores, errs := invoke(t, text, append(args, "-score", "-", "-score-json")...)
		require.Zero(t, status, errs)
		return scores + good(t, "", append(args, "-prompt", "the", "-tokens", "30", "-temperature", "0")...) +
			good(t, "", append(args, "-prompt", "the cat", "-tokens", "12", "-beams", "3", "-n", "2")...) +
			good(t, "", append(args, "-prompt", "the dog", "-tokens", "30", "-n", "3")...)
	}
	float32s, int8s := look("-model", wide), look("-model", small)
	require.Equal(t, float32s, look("-model", wide, "-dtype", "float32"))
	require.NotEqual(t, float32s, int8s)
	require.Equal(t, int8s, look("-model", small, "-dtype", "int8"))
	require.Equal(t, int8s, look("-model", wide, "-dtype", "int8"), "converted when it is opened")
	require.NotEqual(t, float32s, look("-model", wide, "-dtype", "bfloat16"))

	score := func(args ...string) (scores, errs string) {
		_, scores, errs = invoke(t, text, append(args, "-score", "-", "-score-json")...)
		return scores, errs
	}
	// The same values, computed from float32.
	want, _ := score("-model", small)
	got, errs := score("-model", small, "-dtype", "float32")
	require.Equal(t, want, got)
	require.Contains(t, errs, "generate: "+small+": the weights are int8: float32 takes more memory and does not bring back what was rounded off\n")
	want, _ = score("-model", half)
	got, _ = score("-model", half, "-dtype", "float32")
	require.Equal(t, want, got)
}

func TestDtypeMistakes(t *testing.T) {
	dir := modelFolder(t)
	status, _, errs := invoke(t, "", "-model", dir, "-prompt", "a", "-dtype", "int4")
	require.Equal(t, 2, status)
	require.Contains(t, errs, `-dtype: "int4" is not a type of weights: must be one of float32, bfloat16, int8`)

	config, err := gpt1.LSTMPreset("tiny")
	require.NoError(t, err)
	_, tok, err := checkpoint.ReadFolder(dir, 0)
	require.NoError(t, err)
	config.VocabSize = tok.Size()
	m, err := gpt1.New(config)
	require.NoError(t, err)
	require.NoError(t, checkpoint.WriteModel(dir, m))
	status, _, errs = invoke(t, "the cat\n", "-model", dir, "-score", "-", "-dtype", "int8")
	require.Equal(t, 1, status)
	require.Contains(t, errs, "int8: the model is an LSTM, whose weights can only be kept as float32")
	require.Contains(t, errs, dir)
}
