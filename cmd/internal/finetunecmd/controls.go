package finetunecmd

import (
	"context"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/pkg/errors"

	"gorgpt/controls"
	"gorgpt/finetune"
)

// measure prints the scores of cheap controls on the rows.
func measure(ctx context.Context, d *finetune.Data, w io.Writer) error {
	if d.Dev == nil {
		return errors.New("-dev is missing: controls choose their penalty on the development rows")
	}
	results, err := fitControls(ctx, d)
	if err != nil {
		return err
	}
	return printControls(w, len(d.Train), results)
}

func fitControls(ctx context.Context, d *finetune.Data) ([]controls.Result, error) {
	test := d.Test
	if !d.Judged() { // the test rows have no labels
		test = nil
	}
	return controls.Measure(ctx, d.Spec.Task, d.Spec.Space, d.Train, d.Dev, test)
}

// printControls writes a table of the controls. Its last columns compare each with the majority on
// the test rows, or on the development rows if there are no test rows.
func printControls(w io.Writer, trained int, results []controls.Result) error {
	set, judged := "test", func(r controls.Result) controls.Score { return r.Test }
	if results[0].Test.Rows == 0 {
		set, judged = "dev", func(r controls.Result) controls.Score { return r.Dev }
	}
	base, measure, more := judged(results[0]), "accuracy in %", ""
	isScore := results[0].Name == controls.Mean
	if isScore {
		measure, more = "Pearson's correlation × 100", "\tmean squared error"
	}
	fmt.Fprintf(w, "controls fitted on %d rows, %s; the noise of %d %s rows is ±%.1f points\n\n",
		trained, measure, base.Rows, set, 100*base.Noise)
	var table strings.Builder
	t := tabwriter.NewWriter(&table, 0, 0, 2, ' ', 0)
	fmt.Fprintf(t, "control\tsees\tdev\ttest\tover %s%s\n", results[0].Name, more)
	for i, r := range results {
		s, lift := judged(r), "-"
		if i > 0 {
			lift = fmt.Sprintf("%+.1f ± %.1f", 100*s.Lift, 100*s.Noise)
			switch {
			case s.WithinNoise():
				lift += ", within noise"
			case r.Partial && s.Lift > 0:
				lift += ", a leak"
			}
		}
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s", r.Name, r.Inputs, percent(r.Dev), percent(r.Test), lift)
		if isScore {
			fmt.Fprintf(t, "\t%.3f", s.MSE)
		}
		fmt.Fprintln(t)
	}
	if err := t.Flush(); err != nil {
		return err
	}
	_, err := io.WriteString(w, table.String())
	return errors.Wrap(err, "controls")
}

func percent(s controls.Score) string {
	if s.Rows == 0 {
		return "-"
	}
	return fmt.Sprintf("%.1f", 100*s.Value)
}
