package heads

import (
	"slices"

	"github.com/pkg/errors"

	"gorgpt/gpt1"
	"gorgpt/graph"
)

// Attach copies a pre-trained model into one with rows token embeddings and a
// new head of k outputs. The head starts as new weights do; so do rows that the
// pre-trained model lacks, but around the mean of those it has: the model has
// never met a token without what all of them share. It is how the special tokens
// come in (section 3.2: the head and the delimiter are the only new parameters).
// A head that the model has from an earlier fine-tuning stays behind; see KeepHead.
func Attach(pre *gpt1.Model, rows, k int, seed uint64) (*gpt1.Model, error) {
	if rows < pre.VocabSize {
		return nil, errors.Errorf("%d token embeddings wanted, the model has %d", rows, pre.VocabSize)
	}
	c := pre.Config
	c.VocabSize = rows
	m, err := gpt1.New(c, Params(c.NEmbd, k)...)
	if err != nil {
		return nil, err
	}
	m.Init(seed)
	for _, p := range pre.Config.Params() {
		copy(m.Store.Param(p.Name).Value, pre.Store.Param(p.Name).Value)
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
