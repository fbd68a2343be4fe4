package ablate

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"unicode/utf8"

	"gorgpt/heads"
)

// missing stands in a cell that has no figure.
const missing = "–"

// bagOfWords is the control that has a column of its own.
const bagOfWords = "bag of words"

// Markdown shows what the log has of the grid: the table of variants, below it the
// figures of the curve and of all controls, if there are any.
func (g *Grid) Markdown(log *Log) (string, error) {
	done, err := log.results()
	if err != nil {
		return "", err
	}
	table, err := g.variantTable(done)
	if err != nil {
		return "", err
	}
	text := g.caption() + "\n\n" + markdown(table)
	if len(g.Limits) > 0 {
		curve, err := g.curveTable(done)
		if err != nil {
			return "", err
		}
		text += fmt.Sprintf("\nThe same with fewer labels, for %d updates at least:\n\n", g.Updates) + markdown(curve)
	}
	if controls := g.controlTable(); len(controls) > 1 {
		text += "\nWhat cheap controls reach:\n\n" + markdown(controls)
	}
	return text, nil
}

// caption says what the figures are.
func (g *Grid) caption() string {
	text := "Test accuracy in percent"
	if g.published() {
		text = "Test scores times 100, in the measure of each dataset"
	} else if slices.ContainsFunc(g.Sets, (*Set).isRegression) {
		text += " (for regression, Pearson's correlation times 100)"
	}
	if g.Seeds > 1 {
		text += fmt.Sprintf(": mean ± standard deviation of %d seeds", g.Seeds)
	}
	return text + "."
}

// published tells whether there is a dataset that has a measure of its own.
func (g *Grid) published() bool {
	return slices.ContainsFunc(g.Sets, func(s *Set) bool { return s.Data.Spec.Metric != "" })
}

func (s *Set) isRegression() bool { return s.Data.Spec.Task == heads.Regression }

// variantTable has a line a set: the variants, the majority and, if any set has
// controls, the best that sees part of the input and the one that all tasks have.
func (g *Grid) variantTable(done map[ID]Result) ([][]string, error) {
	head := []string{"task"}
	if g.published() {
		head = []string{"dataset", "measure", "training rows", "test rows"}
	}
	for _, v := range g.Variants {
		head = append(head, v.Title)
	}
	head = append(head, "majority")
	controls := len(g.controlNames()) > 0
	if controls {
		head = append(head, "best partial input", bagOfWords)
	}
	lines := [][]string{head}
	for _, set := range g.Sets {
		line := []string{set.Name}
		if g.published() {
			line = append(line, set.Data.Spec.Primary(), thousands(len(set.Data.Train)), thousands(len(set.Data.Test)))
		}
		for _, v := range g.Variants {
			s, err := g.summarize(cell{set, v, 0}, done)
			if err != nil {
				return nil, err
			}
			line = append(line, g.figure(s))
		}
		line = append(line, set.majorityFigure())
		if controls {
			line = append(line, set.bestPartial(), set.control(bagOfWords))
		}
		lines = append(lines, line)
	}
	return lines, nil
}

// controlTable has a line a control, and a column a set.
func (g *Grid) controlTable() [][]string {
	head := []string{"control"}
	for _, set := range g.Sets {
		head = append(head, set.Name)
	}
	lines := [][]string{head}
	for _, name := range g.controlNames() {
		line := []string{name}
		for _, set := range g.Sets {
			line = append(line, set.control(name))
		}
		lines = append(lines, line)
	}
	return lines
}

// curveTable has a line a set and limit.
func (g *Grid) curveTable(done map[ID]Result) ([][]string, error) {
	lines := [][]string{{"task", "labels", "updates", Full.Title, Scratch.Title, "majority"}}
	for _, set := range g.Sets {
		for pair := range slices.Chunk(g.curveCells(set), len(curveVariants())) {
			var line []string
			for _, c := range pair {
				s, err := g.summarize(c, done)
				if err != nil {
					return nil, err
				}
				if line == nil {
					line = []string{set.Name, thousands(s.rows), thousands(s.updates)}
				}
				line = append(line, g.figure(s))
			}
			lines = append(lines, append(line, set.majorityFigure()))
		}
	}
	return lines, nil
}

// figure is a mean in percent with its spread. It tells when runs are missing.
func (g *Grid) figure(s summary) string {
	if len(s.scores) == 0 {
		return missing
	}
	text := percent(s.mean())
	if len(s.scores) > 1 {
		text += " ± " + percent(s.deviation())
	}
	if len(s.scores) < g.Seeds {
		text += fmt.Sprintf(" (%d of %d seeds)", len(s.scores), g.Seeds)
	}
	return text
}

// majorityFigure is that of the majority in percent; a correlation has none.
func (s *Set) majorityFigure() string {
	if s.isRegression() {
		return missing
	}
	return percent(s.majority)
}

// controlNames are those of all sets, in the order of their first appearance.
func (g *Grid) controlNames() (names []string) {
	for _, set := range g.Sets {
		for _, c := range set.Controls {
			if !slices.Contains(names, c.Name) {
				names = append(names, c.Name)
			}
		}
	}
	return names
}

func (s *Set) control(name string) string {
	for _, c := range s.Controls {
		if c.Name == name {
			return percent(c.Score)
		}
	}
	return missing
}

// bestPartial is the best figure of those that see part of the input only.
func (s *Set) bestPartial() string {
	best := math.Inf(-1)
	for _, c := range s.Controls {
		if c.Partial {
			best = max(best, c.Score)
		}
	}
	if math.IsInf(best, -1) {
		return missing
	}
	return percent(best)
}

func percent(x float64) string { return fmt.Sprintf("%.1f", 100*x) }

// thousands writes a count with a comma before each three digits.
func thousands(n int) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// markdown lays out a table, the first line its head. All columns but the first are
// aligned to the right.
func markdown(lines [][]string) string {
	widths := make([]int, len(lines[0]))
	for _, line := range lines {
		for i, text := range line {
			widths[i] = max(widths[i], utf8.RuneCountInString(text), len("--:"))
		}
	}
	var out strings.Builder
	for n, line := range lines {
		for i, text := range line {
			pad := strings.Repeat(" ", widths[i]-utf8.RuneCountInString(text))
			if i == 0 {
				out.WriteString("| " + text + pad + " |")
			} else {
				out.WriteString(" " + pad + text + " |")
			}
		}
		out.WriteByte('\n')
		if n == 0 {
			out.WriteString("| " + strings.Repeat("-", widths[0]) + " |")
			for _, w := range widths[1:] {
				out.WriteString(" " + strings.Repeat("-", w-1) + ": |")
			}
			out.WriteByte('\n')
		}
	}
	return out.String()
}
