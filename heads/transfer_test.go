package heads

import (
	"testing"

	"github.com/stretchr/testify/require"

	"gorgpt/gpt1"
)

// With n blocks, the embeddings and these blocks are copied. All other weights equal those of a new
// model with the same seed.
func TestTransferOfBlocks(t *testing.T) {
	c := small
	c.NLayer = 2
	pre, err := gpt1.New(c)
	require.NoError(t, err)
	pre.Init(1)
	fresh, err := gpt1.New(c)
	require.NoError(t, err)
	fresh.Init(2)
	for n := range c.NLayer + 1 {
		m, err := Attach(pre, AttachOptions{Rows: c.VocabSize, Outputs: 3, Blocks: n, Seed: 2})
		require.NoError(t, err)
		for _, p := range c.Params() {
			from := pre
			if gpt1.BlockOf(p.Name) >= n {
				from = fresh
			}
			require.Equal(t, from.Store.Param(p.Name).Value, m.Store.Param(p.Name).Value, "%d blocks, %s", n, p.Name)
		}
	}
}
