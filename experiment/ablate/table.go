package ablate

import (
	"fmt"
	"math"
	"slices"

	"gorgpt/controls"
	"gorgpt/internal/figure"
	"gorgpt/internal/results"
)

// missing fills a cell without a value.
const missing = "–"

// Markdown returns the results in the log: the table of variants, followed by the values of the
// curve and of all controls, if the grid has them.
func (g *Grid) Markdown(log *Log) (string, error) {
	done, err := log.All()
	if err != nil {
		return "", err
	}
	table, err := g.variantTable(done)
	if err != nil {
		return "", err
	}
	text := g.caption() + "\n\n" + results.Markdown(table)
	if g.Folds > 0 {
		pairs, err := g.pairTable(done)
		if err != nil {
			return "", err
		}
		text += pairs
	}
	if len(g.Limits) > 0 {
		curve, err := g.curveTable(done)
		if err != nil {
			return "", err
		}
		text += fmt.Sprintf("\nThe same with fewer labels, for %d updates at least:\n\n", g.Updates) + results.Markdown(curve)
	}
	if g.Transfer {
		transfer, err := g.transferTable(done)
		if err != nil {
			return "", err
		}
		text += "\nWith the embeddings and the first blocks of the pre-trained model, all else random:\n\n" + results.Markdown(transfer)
	}
	if len(g.Variants) > 1 {
		paper, err := g.paperTable(done)
		if err != nil {
			return "", err
		}
		text += g.paperCaption() + results.Markdown(paper)
	}
	measures, err := g.measureTables(done)
	if err != nil {
		return "", err
	}
	text += measures
	if table := g.controlTable(); len(table) > 1 {
		text += "\nWhat cheap controls reach:\n\n" + results.Markdown(table)
	}
	return text, nil
}

// caption describes the values of the table.
func (g *Grid) caption() string {
	text := "Test accuracy in percent"
	if g.published() {
		text = "Test scores times 100, in the measure of each dataset"
	} else if slices.ContainsFunc(g.Sets, (*Set).isRegression) {
		text += " (for regression, Pearson's correlation times 100)"
	}
	if g.Folds > 0 {
		text += fmt.Sprintf(", by %d-fold cross-validation of the training rows", g.Folds)
	}
	if g.Seeds > 1 {
		text += fmt.Sprintf(": mean ± standard deviation of %d seeds", g.Seeds)
	}
	return text + "."
}

// judged returns the number of rows that a score is about.
func (s *Set) judged() int {
	if s.parts[0][0].fold > 0 {
		return len(s.Data.Train)
	}
	return len(s.Data.Test)
}

// published reports whether any dataset has its own measure.
func (g *Grid) published() bool {
	return slices.ContainsFunc(g.Sets, func(s *Set) bool { return s.Data.Spec.Metric != "" })
}

func (s *Set) isRegression() bool { return !s.Data.Spec.Task.Task().Whole() }

// variantTable has a line for each set: the variants, the majority and, if any set has controls,
// the best control on partial input and the bag of words. Cross-validation has the bag of words only.
func (g *Grid) variantTable(done map[ID]Result) ([][]string, error) {
	head := []string{"task"}
	if g.published() {
		head = []string{"dataset", "measure", "training rows", "test rows"}
	}
	for _, v := range g.Variants {
		head = append(head, v.Title)
	}
	head = append(head, "majority")
	controlled := len(g.controlNames()) > 0
	if controlled {
		head = append(head, "best partial input", controls.BagOfWords)
	}
	if g.Folds > 0 {
		head = append(head, controls.BagOfWords)
	}
	lines := [][]string{head}
	for _, set := range g.Sets {
		line := []string{set.Name}
		if g.published() {
			line = append(line, set.Data.Spec.Primary(), figure.Thousands(set.rows()), figure.Thousands(set.judged()))
		}
		for _, v := range g.Variants {
			s, err := g.summarize(cell{set, v, 0}, done)
			if err != nil {
				return nil, err
			}
			line = append(line, g.figure(s))
		}
		line = append(line, set.majorityFigure())
		if controlled {
			line = append(line, set.bestPartial(), set.control(controls.BagOfWords))
		}
		if g.Folds > 0 {
			s, err := set.bagOfWords()
			if err != nil {
				return nil, err
			}
			line = append(line, g.figure(s))
		}
		lines = append(lines, line)
	}
	return lines, nil
}

// controlTable has a line for each control and a column for each set.
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

// curveTable has a line for each set and limit.
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
					line = []string{set.Name, figure.Thousands(s.rows), figure.Thousands(s.updates)}
				}
				line = append(line, g.figure(s))
			}
			lines = append(lines, append(line, set.majorityFigure()))
		}
	}
	return lines, nil
}

// transferTable has a line for each number of blocks and a column for each set.
func (g *Grid) transferTable(done map[ID]Result) ([][]string, error) {
	lines := [][]string{{"blocks"}}
	for n := range g.Base.Model.NLayer + 1 {
		lines = append(lines, []string{fmt.Sprint(n)})
	}
	for _, set := range g.Sets {
		lines[0] = append(lines[0], set.Name)
		for n, c := range g.transferCells(set) {
			s, err := g.summarize(c, done)
			if err != nil {
				return nil, err
			}
			lines[n+1] = append(lines[n+1], g.figure(s))
		}
	}
	return lines, nil
}

// paperCaption describes the values of the table in the paper's layout.
func (g *Grid) paperCaption() string {
	if g.Seeds == 1 {
		return "\nIn the layout of the paper's table 5:\n\n"
	}
	return fmt.Sprintf("\nIn the layout of the paper's table 5, medians of %d seeds (least – most):\n\n", g.Seeds)
}

// paperTable has a line for each variant: the average of the tasks' scores, then each score.
func (g *Grid) paperTable(done map[ID]Result) ([][]string, error) {
	lines := [][]string{{"method", "avg. score"}}
	for _, set := range g.Sets {
		lines[0] = append(lines[0], set.Name)
	}
	for _, v := range g.Variants {
		line, sum := []string{v.Paper, missing}, 0.0
		for _, set := range g.Sets {
			s, err := g.summarize(cell{set, v, 0}, done)
			if err != nil {
				return nil, err
			}
			line, sum = append(line, g.spread(s)), sum+s.median()
		}
		if !math.IsNaN(sum) {
			line[1] = percent(sum / float64(len(g.Sets)))
		}
		lines = append(lines, line)
	}
	return lines, nil
}

// spread formats a median in percent with its range, and adds a note if runs are missing.
func (g *Grid) spread(s summary) string {
	if len(s.scores) == 0 {
		return missing
	}
	text := percent(s.median())
	if len(s.scores) > 1 {
		text += fmt.Sprintf(" (%s – %s)", percent(slices.Min(s.scores)), percent(slices.Max(s.scores)))
	}
	return text + g.ofSeeds(s)
}

// ofSeeds returns a note on the number of runs if some are missing.
func (g *Grid) ofSeeds(s summary) string {
	if len(s.scores) == g.Seeds {
		return ""
	}
	return fmt.Sprintf(" (%d of %d seeds)", len(s.scores), g.Seeds)
}

// figure formats a mean in percent with its standard deviation, and adds a note if runs are missing.
func (g *Grid) figure(s summary) string {
	if len(s.scores) == 0 {
		return missing
	}
	text := percent(s.mean())
	if len(s.scores) > 1 {
		text += " ± " + percent(s.deviation())
	}
	return text + g.ofSeeds(s)
}

// majorityFigure formats the score of the majority in percent. A correlation has no such score.
func (s *Set) majorityFigure() string {
	if s.isRegression() {
		return missing
	}
	return percent(s.majority)
}

// controlNames returns the names of the controls of all sets, in order of first appearance.
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

// bestPartial returns the best score of the controls that read only part of the input.
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
