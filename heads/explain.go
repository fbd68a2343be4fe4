package heads

import (
	"context"
	"slices"

	"github.com/pkg/errors"

	"gorgpt/gpt1"
	"gorgpt/graph"
)

// Effect says how much a token of an input matters to the prediction. Both values are positive if
// the token speaks for the prediction. They are in nats of the prediction's log-probability; for
// several labels per text, of the mean over labels; for scores, in units of the score.
// An Effect is safe for concurrent use.
type Effect struct {
	Masked   float64 // how much the evidence falls when the token is masked and the model runs again
	Gradient float64 // gradient of the evidence with respect to the token's embedding, times the embedding
	Seen     bool    // false: the token was cut away, and both values are 0
}

// Explainer computes the effects of tokens.
// An Explainer must not be used by several goroutines at once.
type Explainer struct {
	tuner  *Tuner
	judge  Judge
	format Formatter
	mean   []float32 // the mean of the model's token embeddings, which masks a token
	rows   *Tuner    // a copy of the model in which each token of the input has its own embedding; nil before the first

	temperature float64 // see [Space]

	// Progress is called as an explanation proceeds, with the number of tokens that were masked, and of all. It may be nil.
	Progress func(done, all int)
}

// maskedAtOnce is how many inputs with a masked token are predicted between two calls of Progress.
const maskedAtOnce = 16

// NewExplainer returns an explainer of the predictions that are made from a tuner's logits in the given
// space. The weights must be in float32.
func NewExplainer(t *Tuner, s Space, f Formatter) (*Explainer, error) {
	if d := t.Model.Store.Dtype(); d != graph.Float32 {
		return nil, errors.Errorf("the weights are in %s: gradients need float32", d)
	}
	judge := f.Kind.Task().Judge(s, nil)
	return &Explainer{tuner: t, judge: judge, format: f, mean: meanRow(t.Model.Store.Param(embedding).Value, t.Model.NEmbd), temperature: s.Temperature}, nil
}

// Explain returns the logits of an example, and the effect of each of its tokens: those of A, then
// those of B, then those of the answers.
func (x *Explainer) Explain(ctx context.Context, e Example) (logits []float32, effects []Effect, err error) {
	ids, sequences, err := x.number(e)
	if err != nil {
		return nil, nil, err
	}
	if err := x.prepare(ids); err != nil {
		return nil, nil, err
	}
	effects = make([]Effect, len(ids))
	for _, s := range sequences {
		for _, n := range s {
			if int(n) < len(ids) {
				effects[n].Seen = true
			}
		}
	}
	if logits, err = x.mask(ctx, sequences, effects); err != nil {
		return nil, nil, err
	}
	return logits, effects, x.gradients(ctx, Encoded{Target: x.judge.Towards(logits), Sequences: sequences}, effects)
}

// number formats an example whose tokens are replaced by their numbers, so that each can be found in
// the sequences. ids are the tokens by number. The special tokens have the numbers that follow, and
// the mask has the one after them.
func (x *Explainer) number(e Example) (ids []int32, sequences [][]int32, err error) {
	numbers := func(tokens []int32) []int32 {
		out := make([]int32, len(tokens))
		for i, id := range tokens {
			out[i] = int32(len(ids))
			ids = append(ids, id)
		}
		return out
	}
	n := Example{A: numbers(e.A), B: numbers(e.B)}
	for _, a := range e.Answers {
		n.Answers = append(n.Answers, numbers(a))
	}
	f, k := x.format, int32(len(ids))
	f.Specials = Specials{Start: k, Delimiter: k + 1, Classify: k + 2}
	sequences, err = f.Sequences(n)
	return ids, sequences, err
}

// mask predicts the example, and the example with each of its tokens masked.
func (x *Explainer) mask(ctx context.Context, sequences [][]int32, effects []Effect) ([]float32, error) {
	batch := []Encoded{{Sequences: sequences, Target: x.judge.Unlabelled()}}
	for n, e := range effects {
		if !e.Seen {
			continue
		}
		masked := Encoded{Target: x.judge.Unlabelled()}
		for _, s := range sequences {
			tokens := slices.Clone(s)
			for i, number := range s {
				if int(number) == n {
					tokens[i] = int32(len(effects) + 3)
				}
			}
			masked.Sequences = append(masked.Sequences, tokens)
		}
		batch = append(batch, masked)
	}
	var logits [][]float32
	for some := range slices.Chunk(batch, maskedAtOnce) {
		more, err := x.rows.Predict(ctx, some)
		if err != nil {
			return nil, err
		}
		if logits = append(logits, more...); x.Progress != nil {
			x.Progress(len(logits)-1, len(batch)-1)
		}
	}
	target, at := x.judge.Towards(logits[0]), 1
	for n := range effects {
		if effects[n].Seen {
			effects[n].Masked = x.judge.Evidence(target, logits[0]) - x.judge.Evidence(target, logits[at])
			at++
		}
	}
	return logits[0], nil
}

// gradients computes gradient × input of the loss, for logits that are divided by the temperature as those of
// the evidence are. Each token has a row of its own in the embedding, so that the row's gradient is that of the
// token, added up over the sequences in which it stands.
func (x *Explainer) gradients(ctx context.Context, e Encoded, effects []Effect) error {
	store := x.rows.Model.Store
	store.ClearGradients()
	if t := x.temperature; t != 0 {
		x.setHead(float32(t))
		defer x.setHead(1)
	}
	if _, err := x.rows.Accumulate(ctx, 1, []Encoded{e}, nil); err != nil {
		return err
	}
	table, width := store.Param(embedding), x.rows.Model.NEmbd
	for i := range effects {
		for k := i * width; k < (i+1)*width; k++ {
			effects[i].Gradient -= float64(table.Grad[k]) * float64(table.Value[k])
		}
	}
	return nil
}

// setHead sets the head of the copy so that its logits are those of the model divided by a temperature.
func (x *Explainer) setHead(temperature float32) {
	from, to := x.tuner.Head.Linear, x.rows.Head.Linear
	for i, v := range from.W.Value {
		to.W.Value[i] = v / temperature
	}
	for i, v := range from.B.Value {
		to.B.Value[i] = v / temperature
	}
}

// embedding is the parameter that tokens select rows of.
const embedding = "tokens_embed.weight"

// prepare fills the embedding of the copy of the model: a row for each token, then the special tokens,
// then the mask, which is the mean of the model's rows.
func (x *Explainer) prepare(ids []int32) error {
	if err := x.copyFor(len(ids) + 4); err != nil {
		return err
	}
	width := x.tuner.Model.NEmbd
	from, to := x.tuner.Model.Store.Param(embedding).Value, x.rows.Model.Store.Param(embedding).Value
	for i, id := range append(slices.Clone(ids), x.format.Start, x.format.Delimiter, x.format.Classify) {
		copy(to[i*width:(i+1)*width], from[int(id)*width:(int(id)+1)*width])
	}
	copy(to[(len(ids)+3)*width:], x.mean)
	return nil
}

// copyFor makes the copy of the model for at least n different tokens.
func (x *Explainer) copyFor(n int) error {
	if x.rows != nil && x.rows.Model.VocabSize >= n {
		return nil
	}
	t := x.tuner
	c := t.Model.Config
	c.VocabSize, c.EmbdPDrop, c.AttnPDrop, c.ResidPDrop = roundUp(n, 2), 0, 0, 0
	m, err := gpt1.New(c, Params(c.NEmbd, t.Head.Outputs())...)
	if err != nil {
		return err
	}
	for _, p := range m.Store.Params() {
		if p.Name != embedding {
			copy(p.Value, t.Model.Store.Param(p.Name).Value)
		}
	}
	m.Store.AllocateGradients()
	head, err := New(t.Head.Kind, m, 0)
	if err != nil {
		return err
	}
	x.rows = &Tuner{Model: m, Head: head, Micro: t.Micro, Wide: t.Wide} // each rank computes all of it
	return nil
}

// meanRow returns the mean of the rows of c values each.
func meanRow(rows []float32, c int) []float32 {
	sums, mean := make([]float64, c), make([]float32, c)
	for i, v := range rows {
		sums[i%c] += float64(v)
	}
	for i, sum := range sums {
		mean[i] = float32(sum / float64(len(rows)/c))
	}
	return mean
}
