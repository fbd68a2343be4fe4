package finetune

import (
	"fmt"
	"io"
	"math"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/pkg/errors"

	"gorgpt/heads"
	"gorgpt/loaders"
	"gorgpt/tokenizer"
)

// Set is a file of examples as token sequences.
type Set struct {
	Examples []heads.Encoded
	Cut      int // examples shortened to fit the model's positions

	parts      []string // of each example; nil if there are none
	unlabelled bool     // labels and scores are all 0, and mean nothing
}

// chunk is how many rows one goroutine tokenizes at a time.
const chunk = 512

// Encode turns rows into examples for a model of ctx positions, on all cores. It is an
// error, naming the row, if a label is not one of the spec's, if a text has no token, or if
// what may not be cut is too long.
func Encode(spec Spec, tok *tokenizer.Tokenizer, ctx int, rows []loaders.Row) (*Set, error) {
	set := &Set{Examples: make([]heads.Encoded, len(rows)), unlabelled: len(rows) > 0 && !rows[0].Label.Known()}
	for i, row := range rows {
		if row.Part != "" && set.parts == nil {
			set.parts = make([]string, len(rows))
		}
		if row.Part != "" {
			set.parts[i] = row.Part
		}
	}
	n := (len(rows) + chunk - 1) / chunk
	cuts, errs := make([]int, n), make([]error, n)
	next := make(chan int)
	var workers sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), n) {
		workers.Go(func() {
			for i := range next {
				lo, hi := i*chunk, min((i+1)*chunk, len(rows))
				cuts[i], errs[i] = encode(spec, tok, ctx, rows[lo:hi], set.Examples[lo:hi])
			}
		})
	}
	for i := range n {
		next <- i
	}
	close(next)
	workers.Wait()
	for i, cut := range cuts {
		if errs[i] != nil {
			return nil, errs[i]
		}
		set.Cut += cut
	}
	return set, nil
}

// encode turns some rows into examples, and counts those cut.
func encode(spec Spec, tok *tokenizer.Tokenizer, ctx int, rows []loaders.Row, into []heads.Encoded) (cut int, err error) {
	f := heads.Formatter{Kind: spec.Task, Specials: spec.Specials, NCtx: ctx}
	for i, row := range rows {
		e, err := example(spec, tok, row)
		if err != nil {
			return 0, errors.WithMessage(err, row.Place())
		}
		sequences, err := f.Sequences(e)
		if err != nil {
			return 0, errors.WithMessage(err, row.Place())
		}
		into[i] = heads.Encoded{Sequences: sequences, Label: e.Label, Score: e.Score}
	}
	return f.Cut, nil
}

// example tokenizes the texts of a row and looks up its label.
func example(spec Spec, tok *tokenizer.Tokenizer, row loaders.Row) (heads.Example, error) {
	var e heads.Example
	names := Fields(spec.Task).Texts
	for i, part := range []*[]int32{&e.A, &e.B}[:len(names)] {
		if *part = tok.Encode(row.Texts[i]); len(*part) == 0 && row.Texts[i] != "" { // Story Cloze has no questions
			return e, errors.Errorf("field %q: no token is left of the text %q", names[i], row.Texts[i])
		}
	}
	for i, answer := range row.Answers {
		ids := tok.Encode(answer)
		if len(ids) == 0 {
			return e, errors.Errorf("answer %d: no token is left of the text %q", i, answer)
		}
		e.Answers = append(e.Answers, ids)
	}
	if !row.Label.Known() {
		return e, nil
	}
	var err error
	e.Label, e.Score, err = spec.Target(row)
	return e, err
}

// Target is what a row's label says: the class or the number of the right answer; for
// regression the score.
func (s Spec) Target(row loaders.Row) (label int32, score float32, err error) {
	switch s.Task {
	case heads.Regression:
		score, err = scoreOf(row.Label)
	case heads.MultipleChoice:
		label, err = choiceOf(row, s.Choices)
	default:
		label, err = classOf(row.Label, s.Labels)
	}
	return label, score, err
}

// Check looks for a row whose label is not one of the spec's, or that has another
// number of answers.
func (s Spec) Check(sets ...[]loaders.Row) error {
	for _, row := range slices.Concat(sets...) {
		if !row.Label.Known() {
			continue
		}
		if _, _, err := s.Target(row); err != nil {
			return errors.WithMessage(err, row.Place())
		}
	}
	return nil
}

func scoreOf(l loaders.Label) (float32, error) {
	if l.Form == loaders.String {
		return 0, errors.Errorf("label %q is a string: want a number, as the task is regression", l.Text)
	}
	x, err := strconv.ParseFloat(l.Text, 32)
	if err != nil || math.Abs(x) > 1e6 {
		return 0, errors.Errorf("label %s: want a number between -1000000 and 1000000", l.Text)
	}
	return float32(x), nil
}

func choiceOf(row loaders.Row, choices int) (int32, error) {
	if n := len(row.Answers); n != choices {
		return 0, errors.Errorf("%d answers, but the first question of the training file has %d: want as many throughout", n, choices)
	}
	i, err := strconv.Atoi(row.Label.Text)
	if err != nil || i < 0 || i >= choices {
		return 0, errors.Errorf("label %s: want the number of the right answer, 0 to %d", row.Label.Text, choices-1)
	}
	return int32(i), nil
}

func classOf(l loaders.Label, labels []string) (int32, error) {
	i := slices.Index(labels, l.Text)
	if i < 0 {
		return 0, errors.Errorf("label %q does not occur in the training file: want %s", l.Text, oneOf(labels))
	}
	return int32(i), nil
}

// oneOf lists labels for an error, at most ten.
func oneOf(labels []string) string {
	const enough = 10
	if len(labels) > enough {
		return fmt.Sprintf("one of %s, … (%d in all)", strings.Join(labels[:enough], ", "), len(labels))
	}
	return "one of " + strings.Join(labels, ", ")
}

// sets are rows as token sequences; nil for those not there.
type sets struct{ train, dev, test *Set }

// encode tokenizes the rows and reports what was cut.
func (d *Data) encode(spec Spec, tok *tokenizer.Tokenizer, ctx int, w io.Writer) (out sets, err error) {
	for _, part := range []struct {
		name string
		rows []loaders.Row
		set  **Set
	}{{"training", d.Train, &out.train}, {"development", d.Dev, &out.dev}, {"test", d.Test, &out.test}} {
		if part.rows == nil {
			continue
		}
		set, err := Encode(spec, tok, ctx, part.rows)
		if err != nil {
			return out, err
		}
		*part.set = set
		fmt.Fprintf(w, "%d %s examples, %d of them cut to the model's %d positions\n", len(set.Examples), part.name, set.Cut, ctx)
	}
	return out, nil
}
