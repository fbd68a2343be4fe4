package finetune

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"gorgpt/heads"
	"gorgpt/loaders"
	"gorgpt/loaders/ledger"
	"gorgpt/tokenizer"
)

// BenchmarkEncode tokenizes as many pairs of questions as QQP has for training, with the
// vocabulary of the 2018 release. It is skipped without that vocabulary.
func BenchmarkEncode(b *testing.B) {
	dir := os.Getenv("GORGPT_TOKENIZER")
	if dir == "" {
		dir = filepath.FromSlash("../shared/tokenizer")
	}
	if !filepath.IsAbs(dir) {
		dir = filepath.Join("..", dir) // from the module root
	}
	tok, err := tokenizer.Load(dir)
	if err != nil {
		b.Skipf("no tokenizer (set GORGPT_TOKENIZER): %v", err)
	}
	tok, err = tok.AddSpecials()
	require.NoError(b, err)
	spec := Spec{Task: heads.Similarity, Space: heads.Space{Labels: []string{"0", "1"}}}
	spec.Specials, err = Specials(tok)
	require.NoError(b, err)
	words := strings.Fields("how what is the best way to learn a language without any money India why do people")
	rng := rand.New(rand.NewPCG(1, 1))
	question := func() string {
		var out strings.Builder
		for range 7 + rng.IntN(9) {
			fmt.Fprintf(&out, "%s ", words[rng.IntN(len(words))])
		}
		return fmt.Sprintf("%s%d?", out.String(), rng.IntN(5000))
	}
	rows := make([]loaders.Row, 360_000)
	for i := range rows {
		rows[i] = loaders.Row{Texts: []string{question(), question()}, Label: loaders.Label{Text: "1"}}
	}
	for b.Loop() {
		_, err := Encode(spec, tok, 512, rows, nil, ledger.DefaultTolerance)
		require.NoError(b, err)
	}
}
