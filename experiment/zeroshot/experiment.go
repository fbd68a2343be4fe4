package zeroshot

import (
	"context"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/pkg/errors"

	"gorgpt/finetune"
	"gorgpt/gpt1"
	"gorgpt/graph"
	"gorgpt/internal/figure"
	"gorgpt/internal/results"
	"gorgpt/loaders/ledger"
	"gorgpt/tokenizer"
	"gorgpt/train"
)

// Experiment measures all states of runs on all sets.
type Experiment struct {
	Sets []*Set
	Runs []Run

	// Dtype is the type of weights that is computed with; "": what the folders hold.
	Dtype graph.Dtype

	// AllowUnknown also allows sets of which a vocabulary cannot spell half.
	AllowUnknown bool
}

// ID identifies a result by everything that determines it.
type ID struct {
	Task  Task   `json:"task"`
	Words Words  `json:"words"`
	Model string `json:"model_digest"` // digest of shape, weights and vocabulary
	Data  string `json:"data_digest"`  // digest of all rows
}

// Result is the result of one state of a model on one set.
type Result struct {
	ID
	Name     string  `json:"name"`
	Step     int     `json:"step"`
	Rows     int     `json:"test_rows"`
	Accuracy float64 `json:"acc"` // like the baseline a ratio of counts, so always finite
	Baseline float64 `json:"majority_acc"`
	Cost             // of the texts of the test rows, for qa of the contexts
	Seconds  float64 `json:"seconds"`
}

// Log is the file of results.
type Log = results.Log[ID, Result]

// OpenLog creates the folder if it is missing and checks that its log can be read.
func OpenLog(dir string) (*Log, error) {
	return results.Open(dir, func(r Result) ID { return r.ID })
}

// Curve holds the results of the states of one run on one set, in order.
type Curve struct {
	Set    *Set
	Run    Run
	Points []Result
}

// Measure measures the results that the log lacks, and returns all curves, set by set.
func (e *Experiment) Measure(ctx context.Context, log *Log, to train.Listener) ([]Curve, error) {
	data, majority := make([]string, len(e.Sets)), make([]float64, len(e.Sets))
	for i, set := range e.Sets {
		var err error
		if data[i], err = set.Data.Digest(); err != nil {
			return nil, err
		}
		if majority[i], err = set.Data.Majority(); err != nil {
			return nil, err
		}
	}
	curves := make([]Curve, len(e.Sets)*len(e.Runs))
	for k, run := range e.Runs {
		for nth, state := range run.States {
			m, tok, digest, err := state.read(e.Dtype)
			if err != nil {
				return nil, err
			}
			if nth == 0 { // all states have one vocabulary
				if err := e.checkVocabulary(run.Name, tok, to); err != nil {
					return nil, err
				}
			}
			for i, set := range e.Sets {
				id := ID{set.Task, set.Words, digest, data[i]}
				done, err := log.All() // another process may have measured it meanwhile
				if err != nil {
					return nil, err
				}
				r, found := done[id]
				if !found {
					r = Result{ID: id, Name: run.Name, Step: state.Step, Baseline: majority[i]}
					if err := r.measure(ctx, set, m, tok, to); err != nil {
						return nil, err
					}
					if err := log.Add(r); err != nil {
						return nil, err
					}
					to.Progress("%s, %s: %.1f, majority %.1f  (%.0f s)",
						state.title(run.Name), set.Task, 100*r.Accuracy, 100*r.Baseline, r.Seconds)
				}
				r.Name, r.Step = run.Name, state.Step // the log may have the same weights as another state
				c := &curves[i*len(e.Runs)+k]
				c.Set, c.Run = set, run
				c.Points = append(c.Points, r)
			}
		}
	}
	return curves, nil
}

// checkVocabulary reports, for each set, how much of its text the vocabulary of a run cannot spell.
func (e *Experiment) checkVocabulary(run string, tok *tokenizer.Tokenizer, to train.Listener) error {
	var s finetune.Options
	s.AllowUnknown = e.AllowUnknown
	for _, set := range e.Sets {
		notes := train.Listener{Report: func(e train.Event) { to.Progress("%s, %s: %s", run, set.Task, e) }}
		if err := set.Data.CheckVocabulary(s, tok, notes); err != nil {
			return errors.WithMessagef(err, "%s, %s", run, set.Task)
		}
	}
	return nil
}

// measure fills in the result on the set and reports the rows that are left out.
func (r *Result) measure(ctx context.Context, set *Set, m *gpt1.Model, tok *tokenizer.Tokenizer, to train.Listener) error {
	start := time.Now()
	fit, leftOut, err := set.fitting(m, tok, ledger.DefaultTolerance)
	if err != nil {
		return err
	}
	for _, line := range leftOut {
		to.Progress("%s", line)
	}
	r.Rows = len(fit.Data.Test)
	if r.Accuracy, err = fit.Accuracy(ctx, m, tok); err != nil {
		return err
	}
	texts := make([]string, r.Rows)
	for i, row := range fit.Data.Test {
		texts[i] = row.Texts[0]
	}
	r.Cost, err = newScorer(m).cost(ctx, tok, texts)
	r.Seconds = time.Since(start).Seconds()
	return err
}

// Markdown returns a table with a line for each state: its accuracy, the position of this accuracy
// between the majority (0) and all right (100), which the paper calls relative, and bits per byte.
func Markdown(curves []Curve) string {
	lines := [][]string{{"task", "model", "updates", "accuracy", "majority", "relative", "bits per byte"}}
	for _, c := range curves {
		for _, r := range c.Points {
			lines = append(lines, []string{
				string(c.Set.Task), c.Run.Name, updates(r.Step), percent(r.Accuracy), percent(r.Baseline), percent(r.relative()), r.perByte(),
			})
		}
	}
	return "Accuracy without fine-tuning on the test rows, in percent; relative is 0 for the majority, 100 for all right.\n" +
		"Bits per byte are those of the texts, for qa of the contexts.\n\n" +
		results.Markdown(lines)
}

// title names a state in messages.
func (s State) title(run string) string {
	if s.Step == 0 {
		return run
	}
	return fmt.Sprintf("%s, update %d", run, s.Step)
}

// updates is a number of updates in a table.
func updates(step int) string {
	if step == 0 {
		return "–"
	}
	return figure.Thousands(step)
}

// relative is 0 for the majority and 1 if all rows are right.
func (r Result) relative() float64 {
	if r.Baseline >= 1 {
		return 0
	}
	return (r.Accuracy - r.Baseline) / (1 - r.Baseline)
}

func percent(x float64) string { return fmt.Sprintf("%.1f", 100*x) }

// Draw draws accuracy against updates as "svg" or "png", with a panel for each set and a line for
// each run. States after an unknown number of updates have no place in it.
func Draw(curves []Curve, format string, w io.Writer) error {
	f := figure.Picture{Level: "majority class"}
	for _, c := range curves {
		n := len(f.Panels) - 1
		if n < 0 || f.Panels[n].Title != string(c.Set.Task) {
			level := 100 * c.Points[0].Baseline
			f.Panels = append(f.Panels, figure.Panel{
				Title: string(c.Set.Task), X: "updates of pre-training (log scale)", Y: "accuracy without fine-tuning (%)", Log: true, Level: &level,
			})
			n++
		}
		panel := &f.Panels[n]
		var line figure.Line
		for _, r := range c.Points {
			if r.Step > 0 {
				line.Points = append(line.Points, figure.Point{X: float64(r.Step), Y: 100 * r.Accuracy})
				panel.Ticks = append(panel.Ticks, r.Step)
			}
		}
		if len(line.Points) == 0 {
			continue
		}
		if line.Number = slices.Index(f.Lines, c.Run.Name); line.Number < 0 {
			line.Number = len(f.Lines)
			f.Lines = append(f.Lines, c.Run.Name)
		}
		panel.Lines = append(panel.Lines, line)
		slices.Sort(panel.Ticks)
		panel.Ticks = slices.Compact(panel.Ticks)
	}
	return f.Write(format, w)
}
