package hub

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"
)

// Split is a part of a dataset. It is safe for concurrent use.
type Split string

// The splits, as the hub calls them.
const (
	Train      Split = "train"
	Validation Split = "validation"
	Test       Split = "test"
)

// splitNames match the names by which files and folders show their split, between other characters than letters and digits.
var splitNames = map[Split]*regexp.Regexp{
	Train:      regexp.MustCompile(`(?i)(^|[^a-z0-9])(train|training)([^a-z0-9]|$)`),
	Validation: regexp.MustCompile(`(?i)(^|[^a-z0-9])(validation|valid|val|dev|development)([^a-z0-9]|$)`),
	Test:       regexp.MustCompile(`(?i)(^|[^a-z0-9])(test|testing|eval|evaluation)([^a-z0-9]|$)`),
}

// rowKinds are the endings of files of rows, in the order of preference.
var rowKinds = []string{".parquet", ".jsonl", ".ndjson", ".json", ".csv", ".tsv"}

// kindOf returns the place of a file's ending in rowKinds, compressed or not; -1 if it has none of them.
func kindOf(name string) int {
	name = strings.ToLower(name)
	name = strings.TrimSuffix(strings.TrimSuffix(name, ".gz"), ".zst")
	return slices.Index(rowKinds, path.Ext(name))
}

// Rows returns a chooser of the files with the rows of a split. If the reference names a file, or a pattern, it chooses
// those files. Otherwise it goes by the names of files and folders; a file of rows that is the only one is for training. It is
// an error if several sets of files fit.
func Rows(split Split) Chooser {
	return func(l *Listing) (Choice, error) {
		all, named := inPath(l)
		fit := all
		if !named {
			fit = filter(all, func(name string) bool { return splitNames[split].MatchString(name) })
			if len(fit) == 0 && split == Train {
				fit = filter(all, func(name string) bool { return !showsSplit(name) })
			}
		}
		sets := inSets(fit)
		if len(sets) == 1 {
			for name, files := range sets {
				choice := Choice{Dir: path.Dir(name), Files: files, Name: name, Whole: len(files) == 1 && named && name == l.Ref.Path || complete(files)}
				return choice, nil
			}
		}
		fail := func(text string, args ...any) (Choice, error) {
			return Choice{}, &Error{ErrFile, l.Ref, fmt.Sprintf(text, args...), nil}
		}
		example := Ref{Dataset: l.Ref.Dataset, ID: l.Ref.ID, Path: "PATH"}
		switch {
		case len(sets) > 1:
			return fail("several files could be the rows (%s): name one or a folder, as in %s", listed(names(sets)), example)
		case len(all) > 0 && !named:
			return fail("no file of rows shows by its name that it is for %s: the files are %s; name one, as in %s", split, listed(names(inSets(all))), example)
		case strings.HasPrefix(l.Ref.Revision, "refs/"):
			return fail("there are no files of rows (%s)", strings.Join(rowKinds, ", "))
		}
		return fail("there are no files of rows there (%s): the hub's own conversion, if there is one, is %s", strings.Join(rowKinds, ", "),
			Ref{Dataset: l.Ref.Dataset, ID: l.Ref.ID, Revision: "refs/convert/parquet"})
	}
}

// inPath returns the files of rows in the path of the reference; named reports that it names files, not a folder.
func inPath(l *Listing) (all []File, named bool) {
	for _, f := range l.Files {
		match, _ := path.Match(l.Ref.Path, f.Path) // Parse has checked the pattern
		if match && kindOf(f.Path) >= 0 || f.Path == l.Ref.Path {
			all = append(all, f)
		}
	}
	if len(all) > 0 {
		return all, true
	}
	for _, f := range l.Files {
		if _, inside := below(l.Ref.Path, f.Path); inside && kindOf(f.Path) >= 0 {
			all = append(all, f)
		}
	}
	return all, false
}

// showsSplit reports whether a name shows any split.
func showsSplit(name string) bool {
	for _, r := range splitNames {
		if r.MatchString(name) {
			return true
		}
	}
	return false
}

func filter(files []File, keep func(name string) bool) (all []File) {
	for _, f := range files {
		if keep(f.Path) {
			all = append(all, f)
		}
	}
	return all
}

// number matches what distinguishes the files of a set.
var number = regexp.MustCompile(`[0-9]+`)

// inSets groups files whose names differ only in numbers, by a pattern that matches the set. In a folder with files of
// several kinds, it takes those of the preferred kind only.
func inSets(files []File) map[string][]File {
	best := map[string]int{}
	for _, f := range files {
		kind, dir := kindOf(f.Path), path.Dir(f.Path)
		if known, ok := best[dir]; !ok || kind < known {
			best[dir] = kind
		}
	}
	sets := map[string][]File{}
	for _, f := range files {
		dir, name := path.Split(f.Path)
		if kindOf(f.Path) == best[path.Dir(f.Path)] {
			pattern := dir + number.ReplaceAllString(name, "*")
			sets[pattern] = append(sets[pattern], f)
		}
	}
	for pattern, set := range sets {
		if len(set) == 1 {
			delete(sets, pattern)
			sets[set[0].Path] = set
		}
		slices.SortFunc(set, func(a, b File) int {
			if len(a.Path) != len(b.Path) {
				return len(a.Path) - len(b.Path)
			}
			return strings.Compare(a.Path, b.Path)
		})
	}
	return sets
}

// names are the names of sets, in order.
func names(sets map[string][]File) (all []string) {
	for name := range sets {
		all = append(all, name)
	}
	slices.Sort(all)
	return all
}

// listed joins names, of which there may be many.
func listed(all []string) string {
	const most = 12
	if len(all) <= most {
		return strings.Join(all, ", ")
	}
	return strings.Join(all[:most], ", ") + fmt.Sprintf(" and %d more", len(all)-most)
}
