package tokenizer

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestPieces encodes random texts in pieces and as a whole.
func TestPieces(t *testing.T) {
	tok := train(t, 300, opticks(t)[:50_000])
	alphabet := []string{" ", "\n", "\r\n", "the", "Light", ",", "e\u0301", "\u0301", Unknown, "中", "<unk", ">", "\u1100", "\u1161", "\xff", "\u00a0", "n't"}
	rng := rand.New(rand.NewPCG(3, 4))
	for range 300 {
		var b strings.Builder
		for range rng.IntN(60) {
			b.WriteString(alphabet[rng.IntN(len(alphabet))])
		}
		text := b.String()
		for _, size := range []int{0, 1, 5, 20, 1000} {
			pieces := slices.Collect(tok.Pieces(text, size))
			require.Equal(t, text, strings.Join(pieces, ""))
			var ids []int32
			for _, piece := range pieces {
				ids = tok.AppendEncode(ids, piece)
			}
			require.Equal(t, tok.Encode(text), ids, "%q in pieces %q", text, pieces)
		}
		if text != "" {
			require.Equal(t, []string{text}, slices.Collect(tok.WithPipeline(Original).Pieces(text, 5)))
		}
	}
}
