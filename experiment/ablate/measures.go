package ablate

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/pkg/errors"

	"gorgpt/finetune"
	"gorgpt/internal/plural"
	"gorgpt/internal/results"
)

// measureTables returns, for each set, a table of all measures of the variants, and the labels that
// they never predict. It is empty if the log has no reports, which earlier versions did not write.
func (g *Grid) measureTables(done map[ID]Result) (string, error) {
	var out strings.Builder
	for _, set := range g.Sets {
		lines, notes := [][]string{{"measure"}}, ""
		for n, v := range g.Variants {
			reports, err := g.reports(cell{set, v, 0}, done)
			if err != nil {
				return "", err
			}
			lines[0] = append(lines[0], v.Title)
			for _, m := range g.measures(reports) {
				at := slices.IndexFunc(lines, func(line []string) bool { return line[0] == m[0] })
				if at < 0 {
					at, lines = len(lines), append(lines, append([]string{m[0]}, slices.Repeat([]string{missing}, n)...))
				}
				lines[at] = append(lines[at], m[1])
			}
			for i := range lines { // a variant without reports
				if len(lines[i]) < n+2 {
					lines[i] = append(lines[i], missing)
				}
			}
			notes += neverPredicted(v, reports)
		}
		if len(lines) > 1 {
			out.WriteString("\nAll measures of the test rows of " + set.Name + ":\n\n" + results.Markdown(lines) + notes)
		}
	}
	return out.String(), nil
}

// reports returns the reports of the runs of a cell, by seed.
func (g *Grid) reports(c cell, done map[ID]Result) (all []*finetune.Report, err error) {
	for seed := 1; seed <= g.Seeds; seed++ {
		runs, err := g.repeat(c, int64(seed))
		if err != nil {
			return nil, err
		}
		r, err := g.reportOf(runs, done)
		if err != nil {
			return nil, err
		}
		if r != nil {
			all = append(all, r)
		}
	}
	return all, nil
}

// reportOf returns the report of a cell with a seed, or nil if a run is missing.
func (g *Grid) reportOf(runs []trial, done map[ID]Result) (*finetune.Report, error) {
	if g.Folds == 0 {
		return done[runs[0].id.key()].Report, nil
	}
	o, err := runs[0].set.pool(runs, done)
	if o == nil {
		return nil, err
	}
	return o.Report("cross-validation", runs[0].id.Options.Seed), nil
}

// measures returns the names of the measures and their means and deviations over the seeds.
func (g *Grid) measures(reports []*finetune.Report) (all [][2]string) {
	if len(reports) == 0 {
		return nil
	}
	add := func(name string, of func(r *finetune.Report) float64) {
		var s summary
		for _, r := range reports {
			s.scores = append(s.scores, of(r))
		}
		text := fmt.Sprintf("%.4f", s.mean())
		if len(s.scores) > 1 {
			text += fmt.Sprintf(" ± %.4f", s.deviation())
		}
		all = append(all, [2]string{name, text + g.ofSeeds(s)})
	}
	for i, m := range reports[0].Measures {
		add(m.Name, func(r *finetune.Report) float64 { return r.Measures[i].Value })
	}
	if reports[0].Calibration != nil {
		add("calibration error", func(r *finetune.Report) float64 { return r.Calibration.Error })
	}
	return all
}

// mostNamed is the most labels that are named.
const mostNamed = 12

// neverPredicted names the labels that a variant does not predict with some seed.
func neverPredicted(v Variant, reports []*finetune.Report) string {
	var names []string
	seeds := map[string]int{}
	for _, r := range reports {
		for _, label := range r.NeverPredicted {
			if seeds[label]++; seeds[label] == 1 {
				names = append(names, label)
			}
		}
	}
	if len(names) == 0 {
		return ""
	}
	more := ""
	if n := len(names); n > mostNamed {
		names, more = names[:mostNamed], fmt.Sprintf(" and %d more", n-mostNamed)
	}
	for i, label := range names {
		if n := seeds[label]; n < len(reports) {
			names[i] += fmt.Sprintf(" (with %d of %s)", n, plural.Of(len(reports), "seed"))
		}
	}
	return fmt.Sprintf("\n%s: never predicted: %s%s\n", v.Title, strings.Join(names, ", "), more)
}

// WriteReports writes the reports of all completed runs of the grid, as a JSON object.
func (g *Grid) WriteReports(log *Log, w io.Writer) error {
	done, err := log.All()
	if err != nil {
		return err
	}
	repeats, err := g.repeats()
	if err != nil {
		return err
	}
	type run struct {
		Set     string           `json:"set"`
		Variant string           `json:"variant"`
		Limit   int              `json:"limit,omitempty"` // training rows; 0: all
		Seed    int64            `json:"seed"`
		Report  *finetune.Report `json:"report"`
	}
	all := struct {
		Format int   `json:"format"`
		Runs   []run `json:"runs"`
	}{Format: 1, Runs: []run{}}
	for _, runs := range repeats {
		r, err := g.reportOf(runs, done)
		if err != nil {
			return err
		}
		if t := runs[0]; r != nil {
			all.Runs = append(all.Runs, run{t.set.Name, t.variant.Name, t.id.Options.Limit, t.id.Options.Seed, r})
		}
	}
	return errors.Wrap(json.NewEncoder(w).Encode(all), "writing "+finetune.ReportFile)
}
