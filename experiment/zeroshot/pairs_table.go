package zeroshot

import (
	"fmt"
	"io"
	"math"
	"slices"
	"strings"

	"github.com/pkg/errors"

	"gorgpt/internal/figure"
	"gorgpt/internal/results"
)

// published are accuracies of others on BLiMP in percent, computed from the results that Warstadt et al. 2020 published.
const published = "Means of others over the 67 paradigms (Warstadt et al. 2020): n-gram 61.2, LSTM 69.8, Transformer-XL 69.6, " +
	"GPT-2 83.0, people 96.4."

// level is a way to group paradigms.
type level struct {
	name string
	of   func(PairsResult) string
}

var levels = []level{
	{"all paradigms", func(PairsResult) string { return "all" }},
	{"field", func(r PairsResult) string { return r.Field }},
	{"term", func(r PairsResult) string { return r.Term }},
	{"paradigm", func(r PairsResult) string { return r.Paradigm }},
}

// mean is the mean accuracy of paradigms and half of its 95 % interval, both from 0 to 1. The pairs of a paradigm are
// independent draws; the paradigms are given. Two more right and two more wrong pairs in the variance of each (Agresti and
// Coull 1998) keep the interval of a model that is always right from being empty.
func mean(rs []PairsResult) (accuracy, half float64) {
	variance := 0.0
	for _, r := range rs {
		accuracy += r.Accuracy()
		n := float64(r.Pairs + 4)
		p := float64(r.Right+2) / n
		variance += p * (1 - p) / n
	}
	n := float64(len(rs))
	return accuracy / n, 1.96 * math.Sqrt(variance) / n
}

// PairsMarkdown returns tables of the accuracy of all states: over all paradigms, by field, by term and by paradigm.
func PairsMarkdown(states []PairsState) string {
	var out strings.Builder
	out.WriteString("Share of minimal pairs whose grammatical sentence is the more probable one, in percent, with 95 % intervals; chance is 50.\n" +
		"A mean is over paradigms, each of which counts the same. " + published + "\n")
	costs := [][]string{{"model, updates", "bits per byte of the grammatical sentences"}}
	for _, s := range states {
		costs = append(costs, []string{s.title(), s.cost().perByte()})
	}
	out.WriteString("\n" + results.Markdown(costs))
	for _, l := range levels {
		lines := [][]string{{l.name, "paradigms"}}
		for _, s := range states {
			lines[0] = append(lines[0], s.title())
		}
		for _, name := range groups(states[0].Results, l) {
			line := []string{name, ""}
			for _, s := range states {
				in := slices.DeleteFunc(slices.Clone(s.Results), func(r PairsResult) bool { return l.of(r) != name })
				accuracy, half := mean(in)
				line[1] = fmt.Sprint(len(in))
				line = append(line, fmt.Sprintf("%.1f ± %.1f", 100*accuracy, 100*half))
			}
			lines = append(lines, line)
		}
		out.WriteString("\n" + results.Markdown(lines))
	}
	return out.String()
}

// title names the state in tables.
func (s PairsState) title() string {
	if s.Step == 0 { // a model folder, which does not say after how many updates
		return s.Run
	}
	return fmt.Sprintf("%s, %s", s.Run, figure.Thousands(s.Step))
}

// cost returns what the grammatical sentences of all paradigms cost.
func (s PairsState) cost() (c Cost) {
	for _, r := range s.Results {
		c.Bits, c.Bytes = c.Bits+r.Bits, c.Bytes+r.Bytes
	}
	return c
}

// groups are the names of the groups of a level, in alphabetical order.
func groups(rs []PairsResult, l level) (names []string) {
	for _, r := range rs {
		names = append(names, l.of(r))
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// DrawPairs draws accuracy against updates as "svg" or "png", with a panel for all paradigms and for each field, and
// a line for each run. Models of which the updates are not known have no place in it.
func DrawPairs(states []PairsState, format string, w io.Writer) error {
	states = slices.DeleteFunc(slices.Clone(states), func(s PairsState) bool { return s.Step == 0 })
	if len(states) == 0 {
		return errors.New("minimal pairs: no state to draw says after how many updates it is")
	}
	chance := 50.0
	f := figure.Picture{Level: "chance"}
	for _, l := range levels[:2] {
		for _, name := range groups(states[0].Results, l) {
			panel := figure.Panel{Title: name, X: "updates of pre-training (log scale)", Y: "minimal pairs right (%)", Log: true, Level: &chance}
			if l.name == levels[0].name {
				panel.Title = l.name
			}
			for _, s := range states {
				number := slices.Index(f.Lines, s.Run)
				if number < 0 {
					number = len(f.Lines)
					f.Lines = append(f.Lines, s.Run)
				}
				if len(panel.Lines) == 0 || panel.Lines[len(panel.Lines)-1].Number != number {
					panel.Lines = append(panel.Lines, figure.Line{Number: number})
				}
				in := slices.DeleteFunc(slices.Clone(s.Results), func(r PairsResult) bool { return l.of(r) != name })
				accuracy, _ := mean(in)
				line := &panel.Lines[len(panel.Lines)-1]
				line.Points = append(line.Points, figure.Point{X: float64(s.Step), Y: 100 * accuracy})
				panel.Ticks = append(panel.Ticks, s.Step)
			}
			slices.Sort(panel.Ticks)
			panel.Ticks = slices.Compact(panel.Ticks)
			f.Panels = append(f.Panels, panel)
		}
	}
	return f.Write(format, w)
}
