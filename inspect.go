package gorgpt

import (
	"context"

	"github.com/pkg/errors"

	"gorgpt/finetune"
	"gorgpt/heads"
	"gorgpt/internal/memory"
)

// Inspection shows what a model reads of an input, and what it computes from that. An Inspection is safe for
// concurrent use as long as nothing changes it.
type Inspection struct {
	Prediction
	Sequences [][]InputToken // one for a text, two for the orders of a pair, one for each answer; more if a long text is read in windows
	Scores    []float64      // from which probabilities are computed: of each label or answer, or the score itself
	Shares    [][]float64    // of two orders: what each adds to Scores, with half of the head's bias; nil for other tasks
}

// InputToken is a token of a sequence that a model reads. An InputToken is safe for concurrent use.
type InputToken struct {
	ID   int32
	Text string // what it adds to the text before it; "" for special tokens
	Role string // "start", "delimiter" or "extract", where the head reads; "" for a token of a text
}

// Explanation says how much each token of an input matters to its prediction. Parts are the texts and the answers.
// An Explanation is safe for concurrent use as long as nothing changes it.
type Explanation = finetune.Explanation

// Inspect predicts an input and shows how. Errors are those of [Model.Predict]. Calls wait for each other as those of
// [Model.Score], with which they share the cores.
func (m *Model) Inspect(ctx context.Context, input Input) (Inspection, error) {
	in, err := m.use()
	if err != nil {
		return Inspection{}, err
	}
	windows, cut, err := in.encode(input)
	if err != nil {
		return Inspection{}, err
	}
	var out Inspection
	for _, w := range windows {
		for _, s := range w.Sequences {
			out.Sequences = append(out.Sequences, in.sequence(s))
		}
	}
	batch := [][]heads.Encoded{windows}
	if twice := ordersOf(in.base.Spec(), windows); twice != nil {
		batch = append(batch, twice[:1], twice[1:])
	}
	select {
	case in.scoring <- struct{}{}:
		defer func() { <-in.scoring }()
	case <-ctx.Done():
		return Inspection{}, ctx.Err()
	}
	logits, err := in.queue.predictor.Logits(ctx, batch)
	if err != nil {
		return Inspection{}, err
	}
	out.Prediction = predictionOf(in.base.Spec(), in.queue.predictor.Of(logits[0]))
	out.Cut, out.Scores = cut, scaled(logits[0], 1)
	for _, order := range logits[1:] {
		out.Shares = append(out.Shares, scaled(order, 0.5))
	}
	return out, nil
}

// ordersOf returns an example with each sequence of a pair twice, in the place of both. Since the head adds up the states
// of the two sequences, h₁ and h₂, and is linear, half of (hᵢ + hᵢ) W + b is the share of hᵢ. nil: the input is no pair of
// that kind.
func ordersOf(spec finetune.Spec, windows []heads.Encoded) (twice []heads.Encoded) {
	if fields := spec.Task.Task().Fields(); fields.Answers != "" || len(windows) != 1 || len(windows[0].Sequences) != 2 {
		return nil
	}
	for _, s := range windows[0].Sequences {
		twice = append(twice, heads.Encoded{Sequences: [][]int32{s, s}, Target: windows[0].Target})
	}
	return twice
}

func scaled(logits []float32, by float64) []float64 {
	out := make([]float64, len(logits))
	for i, z := range logits {
		out[i] = by * float64(z)
	}
	return out
}

// sequence names the tokens of a sequence.
func (o *opened) sequence(ids []int32) []InputToken {
	specials, out := o.base.Spec().Specials, make([]InputToken, len(ids))
	for i, id := range ids {
		out[i].ID = id
		switch id {
		case specials.Start:
			out[i].Role = "start"
		case specials.Delimiter:
			out[i].Role = "delimiter"
		case specials.Classify:
			out[i].Role = "extract"
		default:
			from := i // of a text, after a special token
			for from > 0 && out[from-1].Role == "" {
				from--
			}
			out[i].Text = o.piece(ids[from:i], id)
		}
	}
	return out
}

// ErrNotFloat32 is the error of an explanation by a model that computes in another type.
var ErrNotFloat32 = errors.New("the importance of tokens needs gradients, and so weights in float32")

// Explain says how much each token of an input matters to the prediction, as gorgpt finetune -explain does: by masking
// it, and by the gradient of its embedding. It costs a prediction for each token, and for the first time memory for a copy of the
// model with gradients. Calls wait for each other. The errors are those of [Model.Predict], [ErrNotFloat32] and [MemoryError].
// A text that is read in windows is a [LengthError].
func (m *Model) Explain(ctx context.Context, input Input) (*Explanation, error) {
	in, err := m.use()
	if err != nil {
		return nil, err
	}
	windows, _, err := in.encode(input)
	switch {
	case err != nil:
		return nil, err
	case in.base.Model.Store.Dtype() != Float32:
		return nil, ErrNotFloat32
	case len(windows) > 1:
		const specials = 2
		return nil, &LengthError{len(in.base.Tok.Encode(input.texts[0])) + specials, in.base.Model.NCtx}
	}
	select {
	case in.explaining <- struct{}{}:
		defer func() { <-in.explaining }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if in.explainer == nil {
		const each = 8 // bytes of a weight and its gradient
		need := int64(each * in.base.Model.Store.Len())
		if free, err := memory.Free(); err == nil && need > free {
			return nil, &MemoryError{Dir: "explaining", Need: need, Free: free}
		}
		if in.explainer, err = finetune.NewExplainer(in.base, finetune.Options{}); err != nil {
			return nil, err
		}
	}
	return in.explainer.Explain(ctx, in.row(input))
}
