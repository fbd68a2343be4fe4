package finetune

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"gorgpt/heads"
)

func TestFamiliar(t *testing.T) {
	require.NotContains(t, familiar{perplexity: 50, frequency: 200}.String(), "pre-train one")
	require.Contains(t, familiar{perplexity: 50, frequency: 200, unknown: 0.015}.String(), "1.5 % of the tokens are unknown. The model does not know such text: pre-train one")
	require.Contains(t, familiar{perplexity: 250, frequency: 200}.String(), "perplexity on these texts is 250; token frequencies alone give 200")
}

func TestFrequencyPerplexity(t *testing.T) {
	of := func(sequences ...[]int32) []heads.Encoded { return []heads.Encoded{{Sequences: sequences}} }
	// The first token of a sequence is not predicted. Counts are 3, 2 and 1 of 6, each with one added to it.
	got := frequencyPerplexity(3, of([]int32{2, 0, 0}, []int32{0, 1}), of([]int32{0, 0, 2}))
	require.InDelta(t, math.Sqrt((6./3)*(6./1)), got, 1e-9)
}
