package heads

import (
	"slices"

	"github.com/pkg/errors"

	"gorgpt/gpt1"
	"gorgpt/graph"
)

// AttachOptions say what a fine-tuned model has and what it takes from the pre-trained one.
// AttachOptions are safe for concurrent use as long as nothing changes them.
type AttachOptions struct {
	Rows    int    // token embeddings, those of the special tokens included
	Outputs int    // K, of the head
	Blocks  int    // that are copied, from the first on; the others start as new ones do (figure 2, left)
	Seed    uint64 // of all new weights
}

// Attach copies a pre-trained model into one with a new head. The head starts as new weights do; so
// do rows that the pre-trained model lacks, but around the mean of those it has: the model has
// never met a token without what all of them share. It is how the special tokens
// come in (section 3.2: the head and the delimiter are the only new parameters).
// A head that the model has from an earlier fine-tuning stays behind; see [KeepHead].
func Attach(pre *gpt1.Model, o AttachOptions) (*gpt1.Model, error) {
	if o.Rows < pre.VocabSize {
		return nil, errors.Errorf("%d token embeddings wanted, the model has %d", o.Rows, pre.VocabSize)
	}
	c := pre.Config
	c.VocabSize = o.Rows
	m, err := gpt1.New(c, Params(c.NEmbd, o.Outputs)...)
	if err != nil {
		return nil, err
	}
	m.Init(o.Seed)
	for _, p := range pre.Config.Params() {
		if gpt1.BlockOf(p.Name) < o.Blocks {
			copy(m.Store.Param(p.Name).Value, pre.Store.Param(p.Name).Value)
		}
	}
	centre(m.Store.Param("tokens_embed.weight").Value, pre.VocabSize, c.NEmbd)
	return m, nil
}

// centre adds the mean of the first n rows of c values to the others.
func centre(rows []float32, n, c int) {
	for j := range c {
		sum := 0.0
		for i := range n {
			sum += float64(rows[i*c+j])
		}
		for i := n; i < len(rows)/c; i++ {
			rows[i*c+j] += float32(sum / float64(n))
		}
	}
}

// KeepHead copies the head of a model that was fine-tuned before over that of m.
func KeepHead(m, from *gpt1.Model) error {
	for _, p := range headOf(m) {
		old := from.Store.Param(p.Name)
		if old == nil || !slices.Equal(old.Shape, p.Shape) {
			return errors.Errorf("no head to keep: the model has no %s of shape %v", p.Name, p.Shape)
		}
		copy(p.Value, old.Value)
	}
	return nil
}

// headOf returns the parameters of m beyond those of the decoder.
func headOf(m *gpt1.Model) []*graph.Param { return m.Store.Params()[len(m.Params()):] }
