package main

import (
	"context"
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"gorgpt/finetune"
	"gorgpt/internal/atomicfile"
	"gorgpt/train"
)

// report evaluates on the test examples, writes the predictions, and prints what both
// sets of held-out examples gave.
func (j *job) report(ctx context.Context, dir string, metrics train.Metrics, w io.Writer) error {
	last := j.task.DevOutcome()
	if last != nil {
		printScores(w, "dev", last)
	}
	if j.sets.test != nil {
		test, err := j.task.Judge(ctx, j.sets.test)
		if ctx.Err() != nil {
			return train.Interrupted{Step: j.Steps, Steps: j.Steps}
		}
		if err != nil {
			return err
		}
		if err := metrics.Evaluated(j.Steps, test.Metrics("test_")); err != nil {
			return err
		}
		printScores(w, "test", test)
		last = test
	}
	if last == nil {
		return nil
	}
	path := filepath.Join(dir, predictionsFile)
	if err := atomicfile.Write(path, last.WritePredictions); err != nil {
		return err
	}
	fmt.Fprintf(w, "wrote the predictions to %s\n", path)
	return nil
}

func printScores(w io.Writer, name string, o *finetune.Outcome) {
	parts := make([]string, len(o.Measures))
	for i, m := range o.Measures {
		parts[i] = fmt.Sprintf("%s %.4f", m.Name, m.Value)
	}
	fmt.Fprintf(w, "%s, %d examples: %s\n", name, len(o.Predictions), strings.Join(parts, "  "))
}
