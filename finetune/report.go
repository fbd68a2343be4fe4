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

// report evaluates on the test examples, writes the predictions for them or else for the development
// examples, and reports the scores on both. step is the last update.
func (p *Plan) report(ctx context.Context, dir string, step int, metrics train.Observer, to train.Listener) error {
	dev, err := p.dev(ctx)
	if err != nil {
		return err
	}
	test, err := p.judgeTest(ctx)
	if err != nil {
		return err
	}
	if test != nil && test.labelled() {
		if err := metrics.Evaluated(step, test.Metrics("test_")); err != nil {
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
	path := filepath.Join(dir, PredictionsFile)
	if err := atomicfile.Write(path, last.WritePredictions); err != nil {
		return err
	}
	if err := p.reportLabelled(dir, dev, test, to); err != nil {
		return err
	}
	to.Note("wrote the predictions to %s", path)
	if test == nil || test.labelled() || p.Submit == nil {
		return nil
	}
	return p.Submit(p.o.Dataset, dir, test, to)
}

// reportLabelled reports the scores of the sets that have labels, and the tables of the last. It writes
// report.json for all, and the worst rows and the pictures of the last.
func (p *Plan) reportLabelled(dir string, dev, test *Outcome, to train.Listener) error {
	var reports []*Report
	var last *Outcome
	for _, s := range []struct {
		name string
		of   *Outcome
	}{{"dev", dev}, {"test", test}} {
		if s.of == nil || !s.of.labelled() {
			continue
		}
		last, reports = s.of, append(reports, s.of.Report(s.name, p.o.Seed))
		for _, line := range s.of.Scores(s.name) {
			to.Note("%s", line)
		}
	}
	if last == nil {
		return nil
	}
	to.Note("\n%s", reports[len(reports)-1])
	if err := last.WriteReports(dir, reports...); err != nil || p.Draw == nil {
		return err
	}
	return p.Draw(dir, reports[len(reports)-1])
}

// WriteReports writes report.json to a folder, and errors.tsv with the rows of the outcome.
func (o *Outcome) WriteReports(dir string, reports ...*Report) error {
	write := func(w io.Writer) error { return WriteReports(w, reports...) }
	if err := atomicfile.Write(filepath.Join(dir, ReportFile), write); err != nil {
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
