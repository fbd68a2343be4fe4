package finetune

import (
	"cmp"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"

	"github.com/pkg/errors"

	"gorgpt/internal/plural"
	"gorgpt/loaders"
	"gorgpt/train"
)

// DefaultSplit is the split of a file of rows if no development and test rows are named.
const DefaultSplit = "80/10/10"

// NoSplit is the value of Options.Split that keeps all rows for training.
const NoSplit = "none"

// splitStream is the random stream of the split. No epoch has this number.
const splitStream = 1<<64 - 1

// shares are the parts of a split, in percent: training, development and test.
type shares [3]float64

// parseSplit parses a split such as 80/10/10, or 90/10 for one without test rows.
func parseSplit(s string) (all shares, err error) {
	parts := strings.Split(s, "/")
	sum := 0.0
	for i, part := range parts {
		x, err := strconv.ParseFloat(strings.TrimSpace(part), 64)
		if err != nil || !(x >= 0 && x <= 100) || i >= len(all) {
			return all, badSplit(s)
		}
		all[i] = x
		sum += x
	}
	if len(parts) < 2 || sum < 99.999 || sum > 100.001 || all[0] == 0 || all[1]+all[2] == 0 {
		return all, badSplit(s)
	}
	return all, nil
}

func badSplit(s string) error {
	return train.BadOption("{Split} must be percentages of training, development and test rows that add up to 100, such as %s, or %s, not %q", DefaultSplit, NoSplit, s)
}

// checkSplit returns an error if the split is invalid, or if it makes rows for which a file is named.
func (o Options) checkSplit() error {
	if o.Split == "" || o.Split == NoSplit {
		return nil
	}
	parts, err := parseSplit(o.Split)
	switch {
	case err != nil:
		return err
	case o.Train == "":
		return train.BadOption("{Split} divides the rows of your own file: name it with {Train}")
	case parts[1] > 0 && o.Dev != "":
		return train.BadOption("{Split} %s makes development rows, and {Dev} names others: omit {Dev}, or set {Split} %s", o.Split, NoSplit)
	case parts[2] > 0 && o.Test != "":
		return train.BadOption("{Split} %s makes test rows, and {Test} names others: omit {Test}, or set {Split} %s", o.Split, NoSplit)
	}
	return nil
}

// Split divides the training rows into training, development and test rows, as the split says. Labels
// have about the same share in each part, and rows with a text in common stay together; every label
// keeps training rows. The parts depend only on the rows, the split and the seed, and keep the order of
// the rows. Existing development and test rows stay.
func (d *Data) Split(split string, seed int64) error {
	err := d.split(split, seed)
	if errors.As(err, new(indivisibleError)) {
		return train.BadOption("{Split}: %v: name files with {Dev} and {Test}, or add rows", err)
	}
	return err
}

// split does the work of Split. It may return an indivisibleError.
func (d *Data) split(split string, seed int64) error {
	if split == "" || split == NoSplit {
		d.SplitBy = split
		return nil
	}
	parts, err := parseSplit(split)
	if err != nil {
		return err
	}
	whole := *d
	d.whole, d.seed = &whole, seed
	groups := groupsOf(d.Train)
	to := make([]int, len(d.Train)) // the part of each row
	rng := rand.New(rand.NewPCG(uint64(seed), splitStream))
	due := [3]float64{}  // rows that each part should have so far
	have := [3]float64{} // rows that it has
	for _, stratum := range strata(d.Spec, d.Train, groups) {
		rng.Shuffle(len(stratum), func(i, j int) { stratum[i], stratum[j] = stratum[j], stratum[i] })
		for _, group := range stratum {
			for part := range due {
				due[part] += float64(len(group)) * parts[part] / 100
			}
		}
		for _, group := range stratum[1:] { // the first stays with the training rows
			for part := 1; part < len(due); part++ {
				if n := float64(len(group)); have[part]+n <= due[part]+0.5 {
					have[part] += n
					for _, i := range group {
						to[i] = part
					}
					break
				}
			}
		}
	}
	return d.divide(to, split, fmt.Sprintf("by seed %d", seed), parts)
}

// Resplit divides the rows again, with the seed of the options, and reports it. Data that were not
// divided, or with that seed, stay as they are.
func (d *Data) Resplit(o Options, to train.Listener) (*Data, error) {
	if d.whole == nil || d.seed == o.Seed {
		return d, nil
	}
	again := *d.whole
	again.Notes = nil
	if err := again.Split(d.SplitBy, o.Seed); err != nil {
		return nil, err
	}
	for _, note := range again.Notes {
		to.Note("%s", note)
	}
	return again.Limit(o.Limit)
}

// divide moves the training rows to their parts and reports it.
func (d *Data) divide(to []int, split, how string, parts shares) error {
	rows := [3][]loaders.Row{}
	for i, row := range d.Train {
		rows[to[i]] = append(rows[to[i]], row)
	}
	for part := 1; part < len(parts); part++ {
		if parts[part] > 0 && len(rows[part]) == 0 {
			return indivisibleError{fmt.Sprintf("%s has too few different texts, or too few of each label, for %s rows (%s)", d.Name, splitNames[part], plural.Of(len(d.Train), "usable row"))}
		}
		if parts[part] > 0 {
			*d.Splits()[part] = rows[part]
		}
	}
	d.Train = rows[0]
	d.SplitBy, d.Held = split, d.heldOut(rows)
	d.Notes = append(d.Notes, fmt.Sprintf("%s: split %s %s: %d training, %d development and %d test rows", d.Name, split, how, len(rows[0]), len(rows[1]), len(rows[2])))
	for part, some := range rows {
		n := d.Spec.count(some)
		missing := slices.DeleteFunc(slices.Clone(d.Spec.Labels), func(l string) bool { return n[l] > 0 })
		if len(some) > 0 && len(missing) > 0 {
			d.Notes = append(d.Notes, fmt.Sprintf("%s: no %s row is labelled %s", d.Name, splitNames[part], strings.Join(missing, ", ")))
		}
	}
	return nil
}

// indivisibleError says that a split leaves a part without rows.
type indivisibleError struct{ reason string }

func (e indivisibleError) Error() string { return e.reason }

// SplitIfPossible divides the training rows by [DefaultSplit], or reports why they cannot be divided.
func (d *Data) SplitIfPossible(seed int64) error {
	err := d.split(DefaultSplit, seed)
	if errors.As(err, new(indivisibleError)) {
		d.whole = nil
		d.Notes = append(d.Notes, err.Error()+"; all are for training, and there is no score")
		return nil
	}
	return err
}

// groupsOf returns the indices of the rows, in groups of those that are connected by equal texts. Case
// and blanks do not count. A question counts only if it has no context, as many contexts may have the same one.
func groupsOf(rows []loaders.Row) [][]int {
	first := make([]int, len(rows)) // union-find: an earlier row of the group, or itself
	find := func(i int) int {
		for first[i] != i {
			first[i] = first[first[i]]
			i = first[i]
		}
		return i
	}
	seen := map[string]int{}
	for i, row := range rows {
		first[i] = i
		for _, text := range row.Texts {
			key := strings.ToLower(strings.Join(strings.Fields(text), " "))
			if key == "" {
				continue
			}
			if j, found := seen[key]; found {
				a, b := find(i), find(j)
				first[max(a, b)] = min(a, b)
			} else {
				seen[key] = i
			}
			if len(row.Answers) > 0 {
				break
			}
		}
	}
	at := map[int]int{}
	var groups [][]int
	for i := range rows {
		root := find(i)
		k, found := at[root]
		if !found {
			k = len(groups)
			at[root], groups = k, append(groups, nil)
		}
		groups[k] = append(groups[k], i)
	}
	return groups
}

// labelsOf returns the labels of a row, or one without a name if the task has no labels.
func (s Spec) labelsOf(row loaders.Row) []string {
	switch {
	case len(s.Labels) == 0:
		return []string{""}
	case s.Task.Task().Fields().Lists:
		return strings.Split(row.Label.Text, "|")
	}
	return []string{row.Label.Text}
}

// count counts the rows of each label.
func (s Spec) count(rows []loaders.Row) map[string]int {
	n := map[string]int{}
	for _, row := range rows {
		for _, label := range s.labelsOf(row) {
			n[label]++
		}
	}
	return n
}

// strata puts the groups in order by label: a group belongs to the rarest label of its rows, and rare
// labels come first. Scores and numbers of answers are no labels.
func strata(s Spec, rows []loaders.Row, groups [][]int) [][][]int {
	count := s.count(rows)
	rarer := func(a, b string) int { return cmp.Or(cmp.Compare(count[a], count[b]), cmp.Compare(a, b)) }
	by := map[string][][]int{}
	for _, group := range groups {
		var all []string
		for _, i := range group {
			all = append(all, s.labelsOf(rows[i])...)
		}
		label := slices.MinFunc(all, rarer)
		by[label] = append(by[label], group)
	}
	var out [][][]int
	for _, label := range slices.SortedFunc(maps.Keys(by), rarer) {
		out = append(out, by[label])
	}
	return out
}
