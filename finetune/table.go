package finetune

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"gorgpt/heads"
	"gorgpt/internal/results"
)

// What a table shows of a report at most. The report has everything.
const (
	mostClasses = 12 // lines of classes
	mostMatrix  = 6  // classes of a confusion matrix
	mostMixed   = 8  // pairs of classes that are mixed up
	mostLabel   = 24 // characters of a label
)

// String returns the report as tables for people.
func (r *Report) String() string {
	parts := []string{r.measuresTable(), r.classesTable(), r.confusionTable(), r.answersTable()}
	return strings.Join(slices.DeleteFunc(parts, func(s string) bool { return s == "" }), "\n")
}

// measuresTable has a line for each measure, and what the baseline and the calibration are.
func (r *Report) measuresTable() string {
	lines := [][]string{{r.Set, "model", "95 % interval", "baseline"}}
	for _, m := range r.Measures {
		lines = append(lines, []string{m.Name, fixed(m.Value), fixed(m.Low) + " to " + fixed(m.High), fixed(m.Baseline)})
	}
	text := results.Markdown(lines)
	text += fmt.Sprintf("baseline: %s\n", r.Baseline.What)
	if c := r.Calibration; c != nil {
		text += "expected calibration error: " + fixed(c.Error)
		if c.Temperature != 0 {
			text += fmt.Sprintf(", with temperature %.3f", c.Temperature)
		}
		text += "\n"
	}
	return text
}

// classesTable has a line for each class, or for those with the lowest F1 if there are many.
func (r *Report) classesTable() string {
	if len(r.Classes) == 0 {
		return ""
	}
	classes, text := r.Classes, ""
	if len(classes) > mostClasses {
		classes = slices.DeleteFunc(slices.Clone(classes), func(c heads.Class) bool { return c.Support == 0 })
		slices.SortStableFunc(classes, func(a, b heads.Class) int { return cmp.Or(cmp.Compare(a.F1, b.F1), cmp.Compare(b.Support, a.Support)) })
		classes = classes[:min(len(classes), mostClasses)]
		text = fmt.Sprintf("the %d labels with the lowest F1, of %d:\n", len(classes), len(r.Classes))
	}
	lines := [][]string{{"label", "precision", "recall", "f1", "95 % interval", "support", "predicted"}}
	for _, c := range classes {
		lines = append(lines, []string{
			short(c.Label), fixed(c.Precision), fixed(c.Recall), fixed(c.F1), fmt.Sprintf("%.2f to %.2f", c.F1Low, c.F1High),
			strconv.Itoa(c.Support), strconv.Itoa(c.Predicted),
		})
	}
	text += results.Markdown(lines)
	if n := len(r.NeverPredicted); n > 0 {
		names := r.NeverPredicted[:min(n, mostClasses)]
		text += "never predicted: " + strings.Join(names, ", ")
		if n > len(names) {
			text += fmt.Sprintf(" and %d more", n-len(names))
		}
		text += "\n"
	}
	return text
}

// confusionTable is the confusion matrix of a few classes, or the most frequent confusions of many.
func (r *Report) confusionTable() string {
	if len(r.Confusion) == 0 {
		return ""
	}
	if len(r.Classes) > mostMatrix {
		return r.mixedTable()
	}
	head := []string{"gold \\ predicted"}
	for _, c := range r.Classes {
		head = append(head, short(c.Label))
	}
	lines := [][]string{head}
	for g, row := range r.Confusion {
		line := []string{short(r.Classes[g].Label)}
		for _, n := range row {
			line = append(line, strconv.Itoa(n))
		}
		lines = append(lines, line)
	}
	return results.Markdown(lines)
}

// mixedTable lists the most frequent confusions.
func (r *Report) mixedTable() string {
	type mixed struct{ gold, predicted, rows int }
	var all []mixed
	for g, row := range r.Confusion {
		for p, n := range row {
			if g != p && n > 0 {
				all = append(all, mixed{g, p, n})
			}
		}
	}
	if len(all) == 0 {
		return ""
	}
	slices.SortStableFunc(all, func(a, b mixed) int { return cmp.Compare(b.rows, a.rows) })
	lines := [][]string{{"often confused: gold", "predicted", "rows"}}
	for _, m := range all[:min(len(all), mostMixed)] {
		lines = append(lines, []string{short(r.Classes[m.gold].Label), short(r.Classes[m.predicted].Label), strconv.Itoa(m.rows)})
	}
	return results.Markdown(lines)
}

// answersTable has a line for each number of answers.
func (r *Report) answersTable() string {
	if len(r.Answers) == 0 {
		return ""
	}
	lines := [][]string{{"answers", "rows", "acc", "chance"}}
	for _, a := range r.Answers {
		lines = append(lines, []string{strconv.Itoa(a.Answers), strconv.Itoa(a.Rows), fixed(a.Accuracy), fixed(a.Chance)})
	}
	return results.Markdown(lines)
}

// short shortens a label for a table.
func short(label string) string {
	if r := []rune(label); len(r) > mostLabel {
		return string(r[:mostLabel-1]) + "…"
	}
	return label
}
