package finetunecmd

import (
	"context"
	"fmt"
	"io"
	"math"

	"gorgpt/cmd/internal/cli"
	"gorgpt/controls"
	"gorgpt/finetune"
)

// A set is small, so that its controls take seconds, if it has at most smallRows training rows with
// smallBytes of text, or pairBytes if there are controls for pairs of words.
const (
	smallRows  = 2000
	smallBytes = 1 << 20
	pairBytes  = 1 << 17
)

// small reports whether the controls run by themselves.
func small(d *finetune.Data) bool {
	bytes, most := 0, smallBytes
	for _, row := range d.Train {
		if len(row.Texts) > 1 {
			most = pairBytes
		}
		for _, text := range append(row.Texts[:len(row.Texts):len(row.Texts)], row.Answers...) {
			bytes += len(text)
		}
	}
	return d.Dev != nil && len(d.Train) <= smallRows && bytes <= most
}

// opponent is the best control that sees all of the input. The zero value has no name.
type opponent struct {
	name  string
	score controls.Score
	set   string // test or dev
}

// compete measures the controls of a small set before the model is trained, and returns the best one.
func (s *commandLine) compete(ctx context.Context, d *finetune.Data, con *cli.Console) (o opponent, err error) {
	if s.BuildOnly(s.Options.Options) || !s.Group.First() || !small(d) {
		return o, nil
	}
	results, err := fitControls(ctx, d)
	if err != nil {
		return o, err
	}
	if err := printControls(con.Out, len(d.Train), results); err != nil {
		return o, err
	}
	o.set = "test"
	if !d.Judged() {
		o.set = "dev"
	}
	for _, r := range results {
		score := r.Test
		if o.set == "dev" {
			score = r.Dev
		}
		if !r.Partial && (o.name == "" || score.Value > o.score.Value) {
			o.name, o.score = r.Name, score
		}
	}
	return o, nil
}

// judge prints how the model compares with the control, if there are both.
func (o opponent) judge(result finetune.Result, w io.Writer) error {
	outcome := result.Test
	if o.set == "dev" {
		outcome = result.Dev
	}
	if o.name == "" || outcome == nil {
		return nil
	}
	noise := noiseOfShare
	for _, m := range outcome.Measures {
		switch m.Name {
		case "pearson":
			noise = noiseOfCorrelation
			fallthrough
		case "acc": // a measure that controls have as well
			_, err := fmt.Fprintln(w, o.verdict(m.Value, noise(m.Value, o.score.Rows)))
			return err
		}
	}
	return nil
}

// noiseOfShare returns two standard deviations of a share of n rows, which by Agresti and Coull is not
// certain even if all are right.
func noiseOfShare(share float64, rows int) float64 {
	n := float64(rows) + 4
	share = (share*float64(rows) + 2) / n
	return 2 * math.Sqrt(share*(1-share)/n)
}

// noiseOfCorrelation returns two standard deviations of a correlation of n rows, approximately.
func noiseOfCorrelation(r float64, rows int) float64 {
	return 2 * (1 - r*r) / math.Sqrt(float64(max(rows-1, 1)))
}

// verdict compares a score of the model with that of the control.
func (o opponent) verdict(value, noise float64) string {
	text := fmt.Sprintf("control %s: %.1f, the model: %.1f on the same %d %s rows (noise ±%.1f)",
		o.name, 100*o.score.Value, 100*value, o.score.Rows, o.set, 100*noise)
	switch {
	case value > o.score.Value+noise:
		return text + ": the model is better"
	case value == 1:
		return text + ": the control does as well, so single words decide, and a bag of words is the simpler choice"
	case value >= o.score.Value-noise:
		return text + ": the control does as well, so single words decide. " + advice
	}
	return text + ": the control is better. " + advice
}

// advice says what to do if a bag of words does as well as the model.
const advice = "Label more rows, or start from a model that knows such text: pre-train one on it with gorgpt train -data, and name it with -model. " +
	"If neither is possible, a bag of words is the simpler choice"
