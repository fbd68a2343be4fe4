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

// FuzzPieces encodes any bytes as a whole and in pieces, all of one size or each of its own.
func FuzzPieces(f *testing.F) {
	for _, seed := range []string{
		"", "the light of the sun", "a\r\n\nb \u00a0c", "e \u0301\u0301 e", "<unk> <un k>", "\xff \xc3 \xa9", "中 文", "\u1100 \u1161", "don't \x00 I 'm\n",
	} {
		f.Add(seed, uint64(1), uint16(3))
	}
	tok := train(f, 300, strings.Repeat("the light of the sun, don't panic! 中 文 </w> _ ", 3), "abcdefghijklmnopqrstuvwxyz 0123456789 . ? \" ( )")
	f.Fuzz(func(t *testing.T, text string, seed uint64, size uint16) {
		for _, tok := range []*Tokenizer{tok, tok.WithPipeline(Original)} {
			cuts := [][]string{slices.Collect(tok.Pieces(text, int(size)))}
			if tok.Pipeline() == Bert {
				cuts = append(cuts, portions(text, seed, 1+int(size)))
			}
			whole := tok.Encode(text)
			for _, pieces := range cuts {
				require.Equal(t, text, strings.Join(pieces, ""))
				var ids []int32
				for _, piece := range pieces {
					ids = tok.AppendEncode(ids, piece)
				}
				require.Equal(t, whole, ids, "pieces %q", pieces)
			}
		}
	})
}
