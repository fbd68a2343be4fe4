package tokenizer

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// A text has as many words in a small vocabulary as in a large one.
func TestEndsWord(t *testing.T) {
	const text = "the small boat, the red boat and the old boat."
	sizes := map[int]bool{}
	for _, size := range []int{36, 42, 100} {
		trainer := NewTrainer(TrainConfig{VocabSize: size, MinFrequency: 1})
		trainer.Add(text)
		tok, err := trainer.Train()
		require.NoError(t, err)
		words, ids := 0, tok.Encode(text)
		for _, id := range ids {
			if tok.EndsWord(id) {
				words++
			}
		}
		require.Equal(t, 12, words, "ten words, a comma and a full stop")
		sizes[len(ids)] = true
	}
	require.Len(t, sizes, 3, "the numbers of tokens differ")
}
