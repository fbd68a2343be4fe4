package heads

import (
	"github.com/pkg/errors"

	"gorgpt/gpt1"
)

// Attach copies a pre-trained model into one with rows token embeddings and a
// head of k outputs. Rows that the pre-trained model lacks, and the head, start
// as new weights do. It is how the special tokens come in (section 3.2: the
// head and the delimiter are the only new parameters).
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
	for _, p := range pre.Store.Params() {
		copy(m.Store.Param(p.Name).Value, p.Value)
	}
	return m, nil
}
