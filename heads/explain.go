package heads

import (
	"context"

	"github.com/pkg/errors"

	"gorgpt/gpt1"
	"gorgpt/graph"
)

// Effect says how much a token of an input matters to the prediction. Both values are positive if
// the token speaks for the prediction. They are in nats of the prediction's log-probability; for
// several labels per text, of the mean over labels; for scores, in units of the score.
// An Effect is safe for concurrent use.
type Effect struct {
	LeftOut  float64 // how much the evidence falls when the token is left out and the model runs again
	Gradient float64 // gradient of the evidence with respect to the token's embedding, times the embedding
	Seen     bool    // false: the token was cut away, and both values are 0
}

// Explainer computes the effects of tokens.
// An Explainer must not be used by several goroutines at once.
type Explainer struct {
	tuner  *Tuner
	judge  Judge
	format Formatter
	rows   *Tuner // a copy of the model in which each token of the input has its own embedding; nil before the first
}

// NewExplainer returns an explainer of the predictions that a judge makes from a tuner's logits. The
// weights must be in float32.
func NewExplainer(t *Tuner, j Judge, f Formatter) (*Explainer, error) {
	if d := t.Model.Store.Dtype(); d != graph.Float32 {
		return nil, errors.Errorf("the weights are in %s: gradients need float32", d)
	}
	return &Explainer{tuner: t, judge: j, format: f}, nil
}

// The ids of special tokens among the numbers of an example's tokens.
var numbered = Specials{Start: -1, Delimiter: -2, Classify: -3}

// Explain returns the logits of an example, and the effect of each of its tokens: those of A, then
// those of B, then those of the answers.
func (x *Explainer) Explain(ctx context.Context, e Example) (logits []float32, effects []Effect, err error) {
	ids, sequences, err := x.number(e)
	if err != nil {
		return nil, nil, err
	}
	effects = make([]Effect, len(ids))
	for _, s := range sequences {
		for _, n := range s {
			if n >= 0 {
				effects[n].Seen = true
			}
		}
	}
	if logits, err = x.leaveOut(ctx, ids, sequences, effects); err != nil {
		return nil, nil, err
	}
	return logits, effects, x.gradients(ctx, ids, sequences, x.judge.Towards(logits), effects)
}

// number formats an example whose tokens are replaced by their numbers, so that each can be found in
// the sequences. ids are the tokens by number.
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
	f := x.format
	f.Specials = numbered
	sequences, err = f.Sequences(n)
	return ids, sequences, err
}

// special returns the id of a special token by its number.
func (x *Explainer) special(number int32) int32 {
	return map[int32]int32{-1: x.format.Start, -2: x.format.Delimiter, -3: x.format.Classify}[number]
}

// leaveOut predicts the example, and the example without each of its tokens.
func (x *Explainer) leaveOut(ctx context.Context, ids []int32, sequences [][]int32, effects []Effect) ([]float32, error) {
	without := func(left int32) (out Encoded) {
		for _, s := range sequences {
			var tokens []int32
			for _, n := range s {
				switch {
				case n < 0:
					tokens = append(tokens, x.special(n))
				case n != left:
					tokens = append(tokens, ids[n])
				}
			}
			out.Sequences = append(out.Sequences, tokens)
		}
		out.Target = x.judge.Unlabelled()
		return out
	}
	batch := []Encoded{without(-1)}
	for n, e := range effects {
		if e.Seen {
			batch = append(batch, without(int32(n)))
		}
	}
	logits, err := x.tuner.Predict(ctx, batch)
	if err != nil {
		return nil, err
	}
	target, at := x.judge.Towards(logits[0]), 1
	for n := range effects {
		if effects[n].Seen {
			effects[n].LeftOut = x.judge.Evidence(target, logits[0]) - x.judge.Evidence(target, logits[at])
			at++
		}
	}
	return logits[0], nil
}

// gradients computes gradient × input. Each token has a row of its own in the embedding, so that the
// row's gradient is that of the token, added up over the sequences in which it stands.
func (x *Explainer) gradients(ctx context.Context, ids []int32, sequences [][]int32, target Target, effects []Effect) error {
	n := len(ids)
	if err := x.prepare(n + 3); err != nil {
		return err
	}
	width := x.tuner.Model.NEmbd
	from, to := x.tuner.Model.Store.Param(embedding).Value, x.rows.Model.Store.Param(embedding)
	place := func(row int, id int32) {
		copy(to.Value[row*width:(row+1)*width], from[int(id)*width:(int(id)+1)*width])
	}
	for i, id := range ids {
		place(i, id)
	}
	e := Encoded{Target: target}
	for _, s := range sequences {
		tokens := make([]int32, len(s))
		for i, number := range s {
			if tokens[i] = number; number < 0 {
				tokens[i] = int32(n) - number - 1
				place(int(tokens[i]), x.special(number))
			}
		}
		e.Sequences = append(e.Sequences, tokens)
	}
	x.rows.Model.Store.ClearGradients()
	if _, err := x.rows.Accumulate(ctx, 1, []Encoded{e}, nil); err != nil {
		return err
	}
	for i := range effects {
		for k := i * width; k < (i+1)*width; k++ {
			effects[i].Gradient -= float64(to.Grad[k]) * float64(to.Value[k])
		}
	}
	return nil
}

// embedding is the parameter that tokens select rows of.
const embedding = "tokens_embed.weight"

// prepare makes the copy of the model for at least n different tokens.
func (x *Explainer) prepare(n int) error {
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
