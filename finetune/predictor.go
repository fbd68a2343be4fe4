package finetune

import (
	"context"
	"math"

	"github.com/pkg/errors"

	"gorgpt/heads"
	"gorgpt/loaders"
)

// Predictor predicts single inputs with a fine-tuned model. The prediction for an input has the same
// bits whatever is predicted with it or at the same time. A Predictor is safe for concurrent use.
type Predictor struct {
	base  *Base
	tuner *heads.Tuner
	judge heads.Judge
}

// NewPredictor returns a predictor for a model that [ReadTuned] has read.
func NewPredictor(b *Base) (*Predictor, error) {
	tuner, err := b.tuner()
	if err != nil {
		return nil, err
	}
	return &Predictor{b, tuner, b.head.Task.Task().Judge(b.head.Space, nil)}, nil
}

// Encode turns the texts and answers of a row into token sequences that fit the model's positions: one
// example, or one for each window of a long text. tokens is the length of the longest sequence before it
// was cut to fit. Windows cut nothing.
func (p *Predictor) Encode(row loaders.Row) (windows []heads.Encoded, tokens int, err error) {
	spec, tok, limit := p.base.head, p.base.Tok, p.base.Model.NCtx
	whole, err := encode(spec, tok, math.MaxInt32, row)
	if err != nil {
		return nil, 0, err
	}
	for _, s := range whole.examples[0].Sequences {
		tokens = max(tokens, len(s))
	}
	if tokens <= limit {
		return whole.examples, tokens, nil
	}
	fit, err := encode(spec, tok, limit, row)
	if spec.Long == heads.Windows {
		tokens = limit
	}
	return fit.examples, tokens, err
}

// Predict predicts inputs, each of one or more windows.
func (p *Predictor) Predict(ctx context.Context, inputs [][]heads.Encoded) ([]Prediction, error) {
	logits, err := p.Logits(ctx, inputs)
	if err != nil {
		return nil, err
	}
	out := make([]Prediction, len(logits))
	for i, row := range logits {
		out[i] = p.Of(row)
	}
	return out, nil
}

// Logits returns the outputs of the model for inputs, each of one or more windows: a row [K] for each input or, of multiple
// choice, one with a value for each answer.
func (p *Predictor) Logits(ctx context.Context, inputs [][]heads.Encoded) ([][]float32, error) {
	var s Set
	for i, windows := range inputs {
		s.add(encoded{examples: windows}, i, true)
	}
	logits, err := p.tuner.Predict(ctx, s.Examples)
	if err != nil {
		return nil, err
	}
	logits = s.merged(logits)
	for _, row := range logits {
		if x, found := notFinite(row); found {
			return nil, errors.Errorf("the output of the model is %v: its weights are damaged or too large", x)
		}
	}
	return logits, nil
}

// Of returns the prediction of logits. [K] → prediction
func (p *Predictor) Of(logits []float32) (out Prediction) {
	out.Predicted, out.Probabilities = p.judge.Predict(logits)
	return out
}

// notFinite returns the first value that is NaN or infinite.
func notFinite(values []float32) (x float32, found bool) {
	for _, x := range values {
		if y := float64(x); math.IsNaN(y) || math.IsInf(y, 0) {
			return x, true
		}
	}
	return 0, false
}
