package checkpoint

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"gorgpt/tokenizer"
)

// TestFolderPipeline reads the tokenizer of each kind of folder with the pipeline that the model
// was trained with.
func TestFolderPipeline(t *testing.T) {
	m := releaseModel(t)
	vocab := map[string]int{"<unk>": 0}
	for i := range m.VocabSize - 1 {
		vocab[string(rune('a'+i))] = i + 1
	}
	data, err := json.Marshal(vocab)
	require.NoError(t, err)
	release, face := t.TempDir(), t.TempDir()
	writeRelease(t, release, m)
	require.NoError(t, WriteModel(face, m))
	write := func(dir, name, text string) {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600))
	}
	write(release, "encoder_bpe_40000.json", string(data))
	write(release, "vocab_40000.bpe", "#version: 0.2\n")
	write(face, "vocab.json", string(data))
	write(face, "merges.txt", "#version: 0.2\n")
	for dir, want := range map[string]tokenizer.Pipeline{release: tokenizer.Original, face: tokenizer.Bert} {
		got, tok, err := ReadFolder(dir, 0)
		require.NoError(t, err)
		requireSame(t, m, got)
		require.Equal(t, want, tok.Pipeline())
		shape, tok, err := ReadShape(dir)
		require.NoError(t, err)
		require.Equal(t, m.Config, shape)
		require.Equal(t, want, tok.Pipeline())

		write(dir, "tokenizer_config.json", `{"gorgpt_pipeline": "bert"}`)
		_, tok, err = ReadFolder(dir, 0)
		require.NoError(t, err)
		require.Equal(t, tokenizer.Bert, tok.Pipeline(), "as the folder says")
	}
	require.NoError(t, os.Remove(filepath.Join(face, WeightsFile)))
	_, _, err = ReadShape(face)
	require.NoError(t, err, "no weights needed")
	write(face, "vocab.json", `{"<unk>": 0}`)
	_, _, err = ReadShape(face)
	require.ErrorContains(t, err, "the vocabulary has 1 tokens, but the model has 11")
}
