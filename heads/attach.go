package heads

import (
	"slices"

	"github.com/pkg/errors"

	"gorgpt/gpt1"
	"gorgpt/graph"
)

// AttachOptions configure Attach.
// AttachOptions are safe for concurrent use as long as nothing changes them.
type AttachOptions struct {
	Rows    int    // number of token embeddings, including those of the special tokens
	Outputs int    // K, the number of outputs of the head
	Blocks  int    // number of blocks copied, counted from the first; the others are initialised (figure 2, left)
	Seed    uint64 // seed of all new weights
}

// Attach copies a pre-trained model into one with a new head. The head is initialised like any new
// weights. So are the embeddings that the pre-trained model lacks, which are those of the special
// tokens, but their mean is that of the existing embeddings: the pre-trained model has only seen
// embeddings that share this mean. The head and these embeddings are the only new parameters
// (section 3.2). Attach does not copy a head of an earlier fine-tuning; see [KeepHead].
func Attach(pre *gpt1.Model, o AttachOptions) (*gpt1.Model, error) {
	if o.Rows < pre.VocabSize {
		return nil, errors.Errorf("%d token embeddings requested, but the model already has %d", o.Rows, pre.VocabSize)
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

// centre adds the mean of the first n rows, of c values each, to the other rows.
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

// KeepHead replaces the head of m by a copy of the head of a fine-tuned model.
func KeepHead(m, from *gpt1.Model) error {
	for _, p := range headOf(m) {
		old := from.Store.Param(p.Name)
		if old == nil || !slices.Equal(old.Shape, p.Shape) {
			return errors.Errorf("the head cannot be kept: the model has no %s of shape %v", p.Name, p.Shape)
		}
		copy(p.Value, old.Value)
	}
	return nil
}

// headOf returns the parameters of m that are not part of the decoder.
func headOf(m *gpt1.Model) []*graph.Param { return m.Store.Params()[len(m.Params()):] }
