package finetune

import (
	"context"
	"strings"
	"time"

	"github.com/pkg/errors"

	"gorgpt/heads"
	"gorgpt/internal/plural"
	"gorgpt/loaders"
	"gorgpt/tokenizer"
	"gorgpt/train"
)

// mostExplained is how many rows of a file are explained unless Limit says otherwise. Each token of a
// row costs a prediction.
const mostExplained = 20

// progressPause is the time between two lines of progress.
const progressPause = 5 * time.Second

// Explanation says how much each token of a row matters to the prediction.
// An Explanation is safe for concurrent use as long as nothing changes it.
type Explanation struct {
	Row         int // number of the row in its file, from 1
	Predicted   string
	Gold        string  // "" without a label
	Probability float64 // of the prediction; 0 for scores
	Unit        string  // of the effects
	Parts       []ExplainedPart
}

// ExplainedPart holds the tokens of a text or an answer.
// An ExplainedPart is safe for concurrent use as long as nothing changes it.
type ExplainedPart struct {
	Name   string // of the field, or the answer's number
	Tokens []ExplainedToken
}

// ExplainedToken is a token and its effects.
// An ExplainedToken is safe for concurrent use.
type ExplainedToken struct {
	Text     string
	EndsWord bool // a space follows
	heads.Effect
}

// Explainer explains the predictions of a fine-tuned model.
// An Explainer must not be used by several goroutines at once.
type Explainer struct {
	spec  Spec
	tok   *tokenizer.Tokenizer
	judge heads.Judge
	room  int // tokens of a text that fit the model
	heads *heads.Explainer
}

// NewExplainer returns an explainer for a base that [ReadTuned] read in float32.
func NewExplainer(b *Base, o Options) (*Explainer, error) {
	tuner, err := b.tuner()
	if err != nil {
		return nil, err
	}
	tuner.Group = o.Group
	spec := b.head
	x := &Explainer{spec: spec, tok: b.Tok, judge: spec.Task.Task().Judge(spec.Space, nil), room: windowRoom(b.Model.NCtx)}
	x.heads, err = heads.NewExplainer(tuner, spec.Space, heads.Formatter{Kind: spec.Task, Specials: spec.Specials, NCtx: b.Model.NCtx, Long: spec.Long})
	return x, err
}

// Explain explains the prediction for a row. Its label is not needed.
func (x *Explainer) Explain(ctx context.Context, row loaders.Row) (*Explanation, error) {
	e, err := example(x.spec, x.tok, row)
	if err != nil {
		return nil, errors.WithMessage(err, row.Place())
	}
	if x.spec.Long == heads.Windows && len(e.A) > x.room {
		return nil, errors.Errorf("%s: the text has %d tokens and is read in windows: a text to explain must have at most %d", row.Place(), len(e.A), x.room)
	}
	logits, effects, err := x.heads.Explain(ctx, e)
	if err != nil {
		return nil, errors.WithMessage(err, row.Place())
	}
	out := &Explanation{Row: row.Number, Gold: row.Label.Text, Unit: "nats of the prediction's log-probability"}
	out.Predicted, _ = x.judge.Predict(logits)
	if _, _, out.Probability = x.judge.Loss(x.judge.Towards(logits), logits); out.Probability == 0 {
		out.Unit = "units of the score"
	}
	fields := x.spec.Task.Task().Fields()
	for i, ids := range [][]int32{e.A, e.B}[:len(fields.Texts)] {
		out.Parts, effects = append(out.Parts, x.part(fields.Texts[i], ids, effects)), effects[len(ids):]
	}
	for i, ids := range e.Answers {
		name := "answer " + x.spec.Task.Task().Judge(x.spec.Space, nil).Names(i + 1)[i]
		out.Parts, effects = append(out.Parts, x.part(name, ids, effects)), effects[len(ids):]
	}
	return out, nil
}

// part returns a part with its tokens, which have the first of the effects.
func (x *Explainer) part(name string, ids []int32, effects []heads.Effect) ExplainedPart {
	p := ExplainedPart{Name: name}
	for i, id := range ids {
		p.Tokens = append(p.Tokens, ExplainedToken{strings.TrimSpace(x.tok.Decode([]int32{id})), x.tok.EndsWord(id), effects[i]})
	}
	return p
}

// ExplainAll explains the first rows of a file, as many as Limit or else 20. It reports how many
// there are, the rows that cannot be used and, every 5 seconds, how far a row is.
func (o Options) ExplainAll(ctx context.Context, x *Explainer, rows []loaders.Row, to train.Listener) (all []*Explanation, err error) {
	most := o.Limit
	if most == 0 {
		most = mostExplained
	}
	if len(rows) > most {
		to.Note("explaining the first %d of %s", most, plural.Of(len(rows), "row"))
		rows = rows[:most]
	}
	said := time.Now()
	for _, row := range rows {
		x.heads.Progress = func(done, all int) {
			if time.Since(said) >= progressPause {
				said = time.Now()
				to.Progress("%s: %d of %s masked", row.Place(), done, plural.Of(all, "token"))
			}
		}
		e, err := x.Explain(ctx, row)
		switch {
		case ctx.Err() != nil:
			return nil, ctx.Err()
		case err != nil && len(rows) == 1:
			return nil, err
		case err != nil:
			to.Note("skipped: %v", err)
		default:
			all = append(all, e)
		}
	}
	return all, nil
}
