package finetune

import (
	"context"
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"gorgpt/internal/atomicfile"
	"gorgpt/internal/plural"
	"gorgpt/train"
)

// report evaluates on the test examples, and reports the scores on the development and test examples.
// It writes report.json for both, and the predictions and the worst rows of the last.
func (p *Plan) report(ctx context.Context, dir string, metrics train.Observer, to train.Listener) error {
	dev, err := p.dev(ctx)
	if err != nil {
		return err
	}
	test, err := p.judgeTest(ctx)
	if err != nil {
		return err
	}
	if test != nil && test.labelled() {
		if err := metrics.Evaluated(p.o.Steps, test.Metrics("test_")); err != nil {
			return err
		}
	}
	last := test
	if test == nil {
		last = dev
	}
	if last == nil {
		return nil
	}
	var reports []*Report
	for _, s := range []struct {
		name string
		of   *Outcome
	}{{"dev", dev}, {"test", test}} {
		if s.of != nil && s.of.labelled() {
			reports = append(reports, s.of.Report(s.name, p.o.Seed))
			for _, line := range s.of.Scores(s.name) {
				to.Note("%s", line)
			}
		}
	}
	path := filepath.Join(dir, PredictionsFile)
	if err := atomicfile.Write(path, last.WritePredictions); err != nil {
		return err
	}
	if len(reports) > 0 {
		to.Note("\n%s", reports[len(reports)-1])
		if err := last.WriteReports(dir, reports...); err != nil {
			return err
		}
		if p.Draw != nil {
			if err := p.Draw(dir, reports[len(reports)-1]); err != nil {
				return err
			}
		}
	}
	to.Note("wrote the predictions to %s", path)
	if test == nil || test.labelled() || p.Submit == nil {
		return nil
	}
	return p.Submit(p.o.Dataset, dir, test, to)
}

// WriteReports writes report.json to a folder and, if the outcome's rows have labels, errors.tsv.
func (o *Outcome) WriteReports(dir string, reports ...*Report) error {
	write := func(w io.Writer) error { return WriteReports(w, reports...) }
	if err := atomicfile.Write(filepath.Join(dir, ReportFile), write); err != nil || !o.labelled() {
		return err
	}
	return atomicfile.Write(filepath.Join(dir, ErrorsFile), o.WriteErrors)
}

// Scores returns a line for the whole set and one for each of its parts.
func (o *Outcome) Scores(name string) (lines []string) {
	for _, p := range append([]Part{{name, len(o.Predictions), o.Measures}}, o.Parts...) {
		texts := make([]string, len(p.Measures))
		for i, m := range p.Measures {
			texts[i] = fmt.Sprintf("%s %.4f", m.Name, m.Value)
		}
		if p.Name != name {
			p.Name = name + " (" + p.Name + ")"
		}
		lines = append(lines, fmt.Sprintf("%s, %s: %s", p.Name, plural.Of(p.Rows, "example"), strings.Join(texts, "  ")))
	}
	return lines
}
