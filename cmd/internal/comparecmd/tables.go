package comparecmd

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"gorgpt/internal/figure"
	"gorgpt/train/runs"
)

// header is the first line of a table with a column for each run.
func header(first string, all []run) []string {
	line := []string{first}
	for _, r := range all {
		line = append(line, clean(r.Name))
	}
	return line
}

// row is a line of a table. Values that are not known are "–".
func row(name string, all []run, value func(run) string) []string {
	line := []string{name}
	for _, r := range all {
		text := clean(value(r))
		if text == "" {
			text = "–"
		}
		line = append(line, text)
	}
	return line
}

// clean is a text without characters that would control a terminal or break a table.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		if !strconv.IsPrint(r) || r == '|' {
			return '?'
		}
		return r
	}, s)
}

// column returns the finite values of a measure of a run, with their steps.
func (r run) column(measure string) (steps []int64, values []float64) {
	for _, t := range r.metrics.Tables {
		for i, x := range t.Column(measure) {
			if !math.IsNaN(x) && !math.IsInf(x, 0) {
				steps, values = append(steps, t.Steps[i]), append(values, x)
			}
		}
	}
	return steps, values
}

// heldOut are the names of the losses on held-out text and rows.
var heldOut = []string{"val_loss", "dev_loss"}

// progress is the table of how the runs went.
func progress(all []run) [][]string {
	last := func(measure, format string) func(run) string {
		return func(r run) string {
			if _, values := r.column(measure); len(values) > 0 {
				return fmt.Sprintf(format, values[len(values)-1])
			}
			return ""
		}
	}
	level := func(of func(run) float64) func(run) string {
		return func(r run) string {
			if x := of(r); x > 0 {
				return fmt.Sprintf("%.3f", x)
			}
			return ""
		}
	}
	return [][]string{
		header("run", all),
		row("command", all, func(r run) string { return r.Command }),
		row("state", all, func(r run) string {
			if r.Completed {
				return "complete"
			}
			return "not complete"
		}),
		row("parameters", all, func(r run) string { return figure.Thousands(r.Parameters) }),
		row("updates", all, func(r run) string {
			if steps, _ := r.column("loss"); len(steps) > 0 {
				return figure.Thousands(int(steps[len(steps)-1]))
			}
			return ""
		}),
		row("loss, from first to last", all, func(r run) string {
			_, values := r.column("loss")
			return spark(values)
		}),
		row("last loss", all, last("loss", "%.3f")),
		row("best held-out loss", all, func(r run) string {
			for _, name := range heldOut {
				if steps, values := r.column(name); len(values) > 0 {
					best := slices.Index(values, slices.Min(values))
					return fmt.Sprintf("%.3f at %d", values[best], steps[best])
				}
			}
			return ""
		}),
		row("loss of unigrams", all, level(func(r run) float64 { return r.Unigram })),
		row("loss of uniform guesses", all, level(func(r run) float64 { return r.Uniform })),
		row("last learning rate", all, last("lr", "%.2g")),
		row("median norm of the gradient", all, func(r run) string { return median(r, "grad_norm", "%.3g") }),
		row("median tokens a second", all, func(r run) string { return median(r, "tok_s", "%.0f") }),
		row("seconds", all, last("elapsed_s", "%.0f")),
	}
}

func median(r run, measure, format string) string {
	_, values := r.column(measure)
	if len(values) == 0 {
		return ""
	}
	slices.Sort(values)
	return fmt.Sprintf(format, values[len(values)/2])
}

// spark draws values as a line of blocks, each the mean of its share of them.
func spark(values []float64) string {
	const width = 20
	blocks := []rune("▁▂▃▄▅▆▇█")
	if len(values) == 0 {
		return ""
	}
	n := min(width, len(values))
	means := make([]float64, n)
	for i := range means {
		from, to := i*len(values)/n, (i+1)*len(values)/n
		for _, x := range values[from:to] {
			means[i] += x / float64(to-from)
		}
	}
	least, most := slices.Min(means), slices.Max(means)
	var b strings.Builder
	for _, x := range means {
		at := 0
		if most > least {
			at = int((x - least) / (most - least) * float64(len(blocks)-1))
		}
		b.WriteRune(blocks[at])
	}
	return b.String()
}

// differences is the table of the settings in which the runs differ; of one run, of all.
func differences(all []run) [][]string {
	names := map[string]bool{}
	for _, r := range all {
		for name := range r.Settings {
			names[name] = true
		}
	}
	lines := [][]string{header("setting", all)}
	for _, name := range slices.Sorted(maps.Keys(names)) {
		line := row(clean(name), all, func(r run) string { return r.Settings[name] })
		if len(all) == 1 || slices.ContainsFunc(line[2:], func(v string) bool { return v != line[1] }) {
			lines = append(lines, line)
		}
	}
	return lines
}

// measures is the table of the measures of fine-tunings.
func measures(all []run) [][]string {
	return compared("measure", all, func(s runs.Set) (names, values []string) {
		for _, m := range s.Measures {
			names, values = append(names, s.Set+" "+m.Name), append(values, fmt.Sprintf("%.3f", m.Value))
		}
		return names, values
	})
}

// classes is the table of the results of each class.
func classes(all []run) [][]string {
	return compared("F1 of", all, func(s runs.Set) (names, values []string) {
		for _, c := range s.Classes {
			names, values = append(names, s.Set+" "+c.Label), append(values, fmt.Sprintf("%.3f", c.F1))
		}
		return names, values
	})
}

// compared is a table of what reports have, in the order in which it comes first.
func compared(first string, all []run, of func(runs.Set) (names, values []string)) [][]string {
	var order []string
	found := make([]map[string]string, len(all))
	for i, r := range all {
		found[i] = map[string]string{}
		for _, s := range r.report.Sets {
			names, values := of(s)
			for k, name := range names {
				if found[i][name] = values[k]; !slices.Contains(order, name) {
					order = append(order, name)
				}
			}
		}
	}
	lines := [][]string{header(first, all)}
	for _, name := range order {
		i := -1
		lines = append(lines, row(clean(name), all, func(run) string {
			i++
			return found[i][name]
		}))
	}
	return lines
}
