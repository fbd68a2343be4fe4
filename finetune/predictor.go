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

// Encode turns the texts and answers of a row into token sequences that fit the model's positions.
// tokens is the length of the longest sequence before it was cut to fit.
func (p *Predictor) Encode(row loaders.Row) (e heads.Encoded, tokens int, err error) {
	spec, tok := p.base.head, p.base.Tok
	whole, _, err := encode(spec, tok, math.MaxInt32, row)
	if err != nil {
		return e, 0, err
	}
	for _, s := range whole.Sequences {
		tokens = max(tokens, len(s))
	}
	if tokens <= p.base.Model.NCtx {
		return whole, tokens, nil
	}
	e, _, err = encode(spec, tok, p.base.Model.NCtx, row)
	return e, tokens, err
}

// Predict predicts examples.
func (p *Predictor) Predict(ctx context.Context, examples []heads.Encoded) ([]Prediction, error) {
	logits, err := p.tuner.Predict(ctx, examples)
	if err != nil {
		return nil, err
	}
	out := make([]Prediction, len(logits))
	for i, row := range logits {
		if x, found := notFinite(row); found {
			return nil, errors.Errorf("the output of the model is %v: its weights are damaged or too large", x)
		}
		out[i].Predicted, out[i].Probabilities = p.judge.Predict(row)
	}
	return out, nil
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
