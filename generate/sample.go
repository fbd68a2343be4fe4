package generate

import (
	"context"
	"sync"

	"github.com/pkg/errors"

	"gorgpt/gpt1"
)

// Generator continues texts with one model. Only one goroutine may use it at a time; a second call
// returns an error. Several Generators may share a model.
type Generator struct {
	model *gpt1.Model
	busy  sync.Mutex
	d     decoder
}

// ErrLSTM is the error of calls that need a Transformer, where the model is an LSTM.
var ErrLSTM = errors.New("the model is an LSTM: use one with a Transformer")

var errBusy = errors.New("the generator is in use by another goroutine: each goroutine needs its own")

// New returns a generator for the model.
func New(m *gpt1.Model) *Generator { return &Generator{model: m, d: decoder{model: m}} }

// Continue appends tokens to the prompt and returns the new ones. When ctx ends, it returns
// the tokens so far and the context's error. An LSTM cannot write: the error is [ErrLSTM].
func (g *Generator) Continue(ctx context.Context, prompt []int32, o Options) ([]int32, error) {
	o.Samples = 1
	all, err := g.Sample(ctx, prompt, o, nil)
	if len(all) == 0 {
		return nil, err
	}
	return all[0], err
}

// Sample continues a prompt o.Samples times, and returns the new tokens of each. each, if it is
// not nil, gets every token when it is chosen, sample by sample in each round; if it returns
// false, that sample ends. When ctx ends, Sample returns the tokens so far and the context's error.
func (g *Generator) Sample(ctx context.Context, prompt []int32, o Options, each func(sample int, id int32) bool) ([][]int32, error) {
	return g.sample(ctx, prompt, o, func(i int, id int32, _ *chooser) bool { return each == nil || each(i, id) })
}

// sample is Sample. each also gets the chooser of the sample, which still has the scores.
func (g *Generator) sample(ctx context.Context, prompt []int32, o Options, each func(i int, id int32, c *chooser) bool) ([][]int32, error) {
	n := max(o.Samples, 1)
	if err := check(g.model, prompt, o); err != nil {
		return nil, err
	}
	if !g.busy.TryLock() {
		return nil, errBusy
	}
	defer g.busy.Unlock()
	g.d.restart()
	texts, scores, err := g.d.start(prompt, n, o.Slide)
	if err != nil {
		return nil, err
	}
	choosers, going := make([]*chooser, n), n
	out, ended := make([][]int32, n), make([]bool, n)
	for i := range choosers {
		choosers[i] = newChooser(o, i, g.model.VocabSize, prompt)
	}
	for made := range o.Tokens {
		if err := ctx.Err(); err != nil {
			return out, err
		}
		for i, c := range choosers {
			id, err := c.next(scores[i])
			if err != nil {
				return out, err
			}
			if texts[i].ids = append(texts[i].ids, id); ended[i] {
				continue
			}
			out[i] = append(out[i], id)
			if !each(i, id, c) {
				ended[i] = true
				going--
			}
		}
		if going == 0 || made == o.Tokens-1 {
			break
		}
		if scores, err = g.d.read(texts); err != nil {
			return out, err
		}
	}
	return out, nil
}

// start reads a prompt that n texts begin with. → n texts, and the scores of their next token n × [V]
func (d *decoder) start(prompt []int32, n, slide int) (texts []*text, scores [][]float32, err error) {
	d.reserve(n)
	for i := range n {
		texts = append(texts, d.newText(i, slide))
	}
	texts[0].ids = append(texts[0].ids, prompt...)
	if scores, err = d.read(texts[:1]); err != nil {
		return nil, nil, err
	}
	for i := 1; i < n; i++ {
		d.copyText(texts[i], texts[0])
		scores = append(scores, scores[0])
	}
	return texts, scores, nil
}

// check returns an error for prompts and options that cannot work.
func check(m *gpt1.Model, prompt []int32, o Options) error {
	if m.IsLSTM() {
		return errors.WithMessage(ErrLSTM, "it can score texts but not write them")
	}
	if len(prompt) == 0 {
		return errors.New("the prompt is empty: it must have at least one token")
	}
	for _, id := range prompt {
		if id < 0 || int(id) >= m.VocabSize {
			return errors.Errorf("token %d of the prompt is not one of the model, which are 0 to %d", id, m.VocabSize-1)
		}
	}
	return o.Validate(m.Config)
}
