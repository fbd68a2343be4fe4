package finetunecmd

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"gorgpt/checkpoint"
	"gorgpt/checkpoint/safetensors"
	"gorgpt/gpt1"
)

// TestPaddedVocabularyAndForeignHead fine-tunes from a folder that another program wrote. The
// special tokens use the padding of the vocabulary, and the command reports unused tensors.
func TestPaddedVocabularyAndForeignHead(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	writeModel(t, "model")
	m, tok, err := checkpoint.ReadFolder("model", 0)
	require.NoError(t, err)
	c := m.Config
	c.VocabSize = (tok.Size()/64 + 1) * 64
	padded, err := gpt1.New(c)
	require.NoError(t, err)
	padded.Init(1)
	require.NoError(t, checkpoint.WriteModel("model", padded))
	tensors := []safetensors.Tensor{safetensors.NewFloat32("score.weight", []int{2, c.NEmbd}, make([]float32, 2*c.NEmbd))}
	for _, p := range padded.Store.Params() {
		tensors = append(tensors, safetensors.NewFloat32("transformer."+p.Name, p.Shape, p.Value))
	}
	f, err := os.Create(filepath.Join("model", checkpoint.WeightsFile))
	require.NoError(t, err)
	require.NoError(t, safetensors.Write(f, tensors, nil))
	require.NoError(t, f.Close())

	write(t, dir, "rows.jsonl", review(20, 0))
	status, stdout, stderr := command(t, dir, "-task", "classification", "-model", "model", "-train", "rows.jsonl", "-steps", "2", "-out", "out")
	require.Zero(t, status, stderr)
	require.Contains(t, stdout, "are padding, and left out\n")
	require.Contains(t, stdout, "score.weight, the head of OpenAIGPTForSequenceClassification, is left out")
	tuned, with, err := checkpoint.ReadFolder("out", 0)
	require.NoError(t, err)
	require.Equal(t, tok.Size()+3, tuned.VocabSize)
	start, found := with.ID("_start_")
	require.True(t, found)
	require.EqualValues(t, tok.Size(), start)
}
