package generate

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"gorgpt/checkpoint/golden"
	"gorgpt/gpt1"
)

func TestGoldenGenerate(t *testing.T) {
	for _, set := range golden.Sets(t) {
		for _, f := range set.Files("generate") {
			t.Run(set.Name+"/"+f.Name, func(t *testing.T) {
				m, err := gpt1.New(gpt1.Config{
					NLayer: set.Config.NLayer, NHead: set.Config.NHead, NEmbd: set.Config.NEmbd, NCtx: set.Config.NCtx,
					VocabSize: set.Config.VocabSize, LayerNormEps: float32(set.Config.LayerNormEpsilon),
				})
				require.NoError(t, err)
				weights := set.Weights(t, f.Name)
				for _, p := range m.Store.Params() {
					copy(p.Value, weights[p.Name].Data)
				}
				g := New(m)
				for _, name := range f.Given("prompt.") {
					j := strings.TrimPrefix(name, "prompt.")
					prompt := set.Int32(t, f.Name, name).Data
					want := set.Int32(t, f.Name, "output."+j).Data
					got, err := g.Continue(context.Background(), prompt, Options{Tokens: len(want), Slide: 1})
					require.NoError(t, err)
					require.Equal(t, want, got, fmt.Sprintf("prompt %s", j))

					var logits []float32
					grown := g.d.newText(0, 1)
					grown.ids = append(grown.ids, prompt...)
					for _, id := range want {
						l, err := g.d.read([]*text{grown})
						require.NoError(t, err)
						logits = append(logits, l[0]...)
						grown.ids = append(grown.ids, id)
					}
					set.Check(t, f.Name, "logits."+j, logits)
				}
			})
		}
	}
}
