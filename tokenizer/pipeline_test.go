package tokenizer

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestPipelineNames(t *testing.T) {
	for _, p := range []Pipeline{Bert, Original} {
		parsed, err := ParsePipeline(p.String())
		require.NoError(t, err)
		require.Equal(t, p, parsed)
	}
	for _, name := range []string{"", "Bert", "spacy"} {
		_, err := ParsePipeline(name)
		require.ErrorContains(t, err, "want bert or original")
	}
	require.Equal(t, "unknown", Pipeline(9).String())
}

func TestWithPipeline(t *testing.T) {
	tok := small(t)
	require.Equal(t, Bert, tok.Pipeline())
	original := tok.WithPipeline(Original)
	require.Equal(t, Original, original.Pipeline())
	require.Equal(t, Bert, tok.Pipeline(), "the tokenizer itself does not change")
	require.Same(t, original, original.WithPipeline(Original))
	require.Same(t, tok.vocabulary, original.vocabulary)

	special, err := original.AddSpecials()
	require.NoError(t, err)
	require.Equal(t, Original, special.Pipeline())
}
