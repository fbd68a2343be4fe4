package finetune

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"

	"gorgpt/internal/atomicfile"
	"gorgpt/internal/plural"
	"gorgpt/train"
)

// report evaluates on the test examples, writes the predictions, and reports the scores on the
// development and test examples.
func (p *Plan) report(ctx context.Context, dir string, metrics train.Observer, to train.Listener) error {
	last, err := p.dev(ctx)
	if err != nil {
		return err
	}
	if last != nil {
		reportScores(to, "dev", last)
	}
	test, err := p.judgeTest(ctx)
	if err != nil {
		return err
	}
	if test != nil {
		if test.labelled() {
			if err := metrics.Evaluated(p.o.Steps, test.Metrics("test_")); err != nil {
				return err
			}
			reportScores(to, "test", test)
		}
		last = test
	}
	if last == nil {
		return nil
	}
	path := filepath.Join(dir, predictionsFile)
	if err := atomicfile.Write(path, last.WritePredictions); err != nil {
		return err
	}
	to.Note("wrote the predictions to %s", path)
	if test == nil || test.labelled() {
		return nil
	}
	if p.Submit == nil {
		return nil
	}
	return p.Submit(p.o.Dataset, dir, test, to)
}

func reportScores(to train.Listener, name string, o *Outcome) {
	for _, line := range o.Scores(name) {
		to.Note("%s", line)
	}
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
