package gorgpt

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/pkg/errors"

	"gorgpt/finetune"
	"gorgpt/heads"
	"gorgpt/internal/parallel"
	"gorgpt/loaders"
)

// Input is what a fine-tuned model predicts, made by [Text], [Pair] or [Question].
// An Input is safe for concurrent use.
type Input struct {
	made    string // the function that made it; "" for the zero value
	texts   []string
	answers []string
}

// Text is an input of classification and multi-label classification.
func Text(text string) Input { return Input{made: "Text", texts: []string{text}} }

// Pair is an input of entailment, as premise and hypothesis, and of similarity.
func Pair(a, b string) Input { return Input{made: "Pair", texts: []string{a, b}} }

// Question is an input of multiple choice. The context may be empty, or else the question.
func Question(context, question string, answers ...string) Input {
	return Input{made: "Question", texts: []string{context, question}, answers: slices.Clone(answers)}
}

// Prediction is what a model predicts for an input. A Prediction is safe for concurrent use as long
// as nothing changes it.
type Prediction struct {
	Label         string    // the most probable label, the number of the best answer, from 0, or the score
	Labels        []string  // of multi-label classification, all that apply
	Answer        int       // of a question: the number of the best answer, from 0
	Score         float64   // of a similarity that is a score
	Probabilities []float64 // of each of the model's labels, or of each answer; nil for a score
	Cut           bool      // the input was too long, and its end was not read; see CutLong
}

// Predict predicts an input. The error is a [TaskError], an [EmptyError] or a [LengthError] if the
// input is not one that the model can predict. When ctx ends, the error is that of ctx.
//
// Inputs of calls that run at the same time are predicted together. A prediction has the same bits
// however that happens, and those of gorgpt finetune -predict.
func (m *Model) Predict(ctx context.Context, in Input) (Prediction, error) {
	all, err := m.PredictAll(ctx, []Input{in})
	if err != nil {
		var which *InputError
		if errors.As(err, &which) {
			err = which.Err
		}
		return Prediction{}, err
	}
	return all[0], nil
}

// PredictAll predicts many inputs on all cores, and returns a prediction for each. If any of them is
// wrong, it predicts none; the error is an [InputError] around that of [Model.Predict].
func (m *Model) PredictAll(ctx context.Context, inputs []Input) ([]Prediction, error) {
	in, err := m.use()
	if err != nil {
		return nil, err
	}
	examples, cut := make([][]heads.Encoded, len(inputs)), make([]bool, len(inputs))
	err = parallel.Do(len(inputs), func(i int) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		var err error
		if examples[i], cut[i], err = in.encode(inputs[i]); err != nil {
			return &InputError{i, err}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	if len(inputs) == 0 {
		return nil, ctx.Err()
	}
	predictions, err := in.queue.predict(ctx, examples)
	if err != nil {
		return nil, err
	}
	out := make([]Prediction, len(predictions))
	for i, p := range predictions {
		out[i] = predictionOf(in.base.Spec(), p)
		out[i].Cut = cut[i]
	}
	return out, nil
}

// encode turns an input into token sequences, those of its windows, and reports whether it was cut.
func (o *opened) encode(in Input) (e []heads.Encoded, cut bool, err error) {
	if o.queue == nil {
		return e, false, &TaskError{}
	}
	spec := o.base.Spec()
	fields := spec.Task.Task().Fields()
	if want := inputOf(fields); in.made != want {
		return e, false, &TaskError{string(spec.Task), want}
	}
	if err := o.checkTexts(in, fields); err != nil {
		return e, false, err
	}
	e, tokens, err := o.queue.predictor.Encode(o.row(in))
	limit := o.base.Model.NCtx
	if tokens > limit && (err != nil || !o.cutLong) { // an error is that of parts that are never cut
		err = &LengthError{tokens, limit}
	}
	return e, tokens > limit, err
}

// row returns an input as a row. A text without tokens, which one of context and question may be, is empty there.
func (o *opened) row(in Input) loaders.Row {
	texts := slices.Clone(in.texts)
	for i, text := range texts {
		if o.empty(text) {
			texts[i] = ""
		}
	}
	return loaders.Row{Texts: texts, Answers: in.answers}
}

// empty reports whether a text has no tokens.
func (o *opened) empty(text string) bool { return len(o.base.Tok.Encode(text)) == 0 }

// inputOf names the function that makes inputs with these fields.
func inputOf(f loaders.Fields) string {
	switch {
	case f.Answers != "":
		return "Question"
	case len(f.Texts) == 2:
		return "Pair"
	}
	return "Text"
}

// checkTexts returns an EmptyError for a text without tokens. Of context and question, one may be
// empty.
func (o *opened) checkTexts(in Input, fields loaders.Fields) error {
	if fields.Answers == "" {
		for i, text := range in.texts {
			if o.empty(text) {
				return &EmptyError{fields.Texts[i]}
			}
		}
		return nil
	}
	if len(in.answers) == 0 {
		return &EmptyError{"list of " + fields.Answers}
	}
	for i, answer := range in.answers {
		if o.empty(answer) {
			return &EmptyError{"answer " + strconv.Itoa(i)}
		}
	}
	if o.empty(in.texts[0]) && o.empty(in.texts[1]) {
		return &EmptyError{fields.Texts[0]}
	}
	return nil
}

// predictionOf returns a prediction of the task in the terms of this package.
func predictionOf(spec finetune.Spec, p finetune.Prediction) Prediction {
	out := Prediction{Label: p.Predicted, Probabilities: p.Probabilities}
	switch fields := spec.Task.Task().Fields(); {
	case fields.Lists:
		out.Labels = strings.FieldsFunc(p.Predicted, func(r rune) bool { return r == '|' })
	case fields.Answers != "":
		out.Answer, _ = strconv.Atoi(p.Predicted)
	case p.Probabilities == nil:
		out.Score, _ = strconv.ParseFloat(p.Predicted, 64)
	}
	return out
}
