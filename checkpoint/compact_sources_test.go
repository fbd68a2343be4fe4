package checkpoint

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"gorgpt/checkpoint/safetensors"
	"gorgpt/gpt1"
	"gorgpt/graph"
	"gorgpt/tokenizer"
)

// TestPaddedVocabularyInOtherTypes leaves rows out that fill the vocabulary up.
func TestPaddedVocabularyInOtherTypes(t *testing.T) {
	trainer := tokenizer.NewTrainer(tokenizer.TrainConfig{VocabSize: 60, MinFrequency: 1})
	trainer.Add("the cat sat on the mat . the dog sat on the log .")
	tok, err := trainer.Train()
	require.NoError(t, err)
	for _, d := range []graph.Dtype{graph.BFloat16, graph.Int8} {
		m, err := gpt1.New(gpt1.Config{NLayer: 1, NHead: 2, NEmbd: 40, NCtx: 6, VocabSize: (tok.Size()/64 + 1) * 64, LayerNormEps: 1e-5, InitRange: 0.02})
		require.NoError(t, err)
		m.Init(1)
		wide, narrow := t.TempDir(), t.TempDir()
		require.NoError(t, WriteFolder(wide, m, tok, Form{}))
		fromWide, _, notes, err := ReadFolderAs(wide, 4, d)
		require.NoError(t, err)
		require.Len(t, notes, 1)
		require.Contains(t, notes[0], "are padding, and left out")
		require.Equal(t, tok.Size(), fromWide.VocabSize)
		require.Equal(t, 4, fromWide.NCtx)
		dtype := safetensors.BF16
		if d == graph.Int8 {
			dtype = safetensors.I8
			require.NoError(t, m.Compact(graph.Int8))
		}
		require.NoError(t, WriteFolder(narrow, m, tok, Form{DType: dtype}))
		for _, as := range []graph.Dtype{"", graph.Float32} {
			got, _, _, err := ReadFolderAs(narrow, 4, as)
			require.NoError(t, err)
			require.Equal(t, fromWide.Config, got.Config)
			for _, name := range []string{"tokens_embed.weight", "h.0.mlp.c_proj.weight"} {
				require.Equal(t, rows(fromWide.Store.Param(name)), rows(got.Store.Param(name)), name)
			}
		}
	}
}

// TestOutputMatrixInOtherTypes reads files with lm_head.weight beside the token embedding, or in its
// place.
func TestOutputMatrixInOtherTypes(t *testing.T) {
	m := oddModel(t)
	tokens := m.Store.Param("tokens_embed.weight")
	tied := safetensors.NewFloat32("lm_head.weight", tokens.Shape, tokens.Value)
	other := safetensors.NewFloat32("lm_head.weight", tokens.Shape, slices.Concat(tokens.Value[:len(tokens.Value)-1], []float32{7}))
	for _, d := range []graph.Dtype{graph.Float32, graph.BFloat16, graph.Int8} {
		want := oddModel(t)
		require.NoError(t, want.Compact(d))
		dir := t.TempDir()
		writeFolder(t, dir, m, safetensors.F32, asIs, tied)
		got, err := readAs(dir, d)
		require.NoError(t, err)
		require.Equal(t, digest(want), digest(got))

		writeFolder(t, dir, m, safetensors.F32, asIs, other)
		_, err = readAs(dir, d)
		require.ErrorContains(t, err, "lm_head.weight differs from tokens_embed.weight")

		writeFolder(t, dir, m, safetensors.F32, func(name string) string {
			if name == "tokens_embed.weight" {
				return "lm_head.weight"
			}
			return name
		})
		got, err = readAs(dir, d)
		require.NoError(t, err)
		require.Equal(t, digest(want), digest(got))
	}
}
