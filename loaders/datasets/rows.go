package datasets

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/pkg/errors"
)

// Split is a part of a dataset. It is safe for concurrent use.
type Split string

// The splits, as Hugging Face's hub calls them.
const (
	Training   Split = "train"
	Validation Split = "validation"
	Testing    Split = "test"
)

// splitNames match the names by which files and folders show their split, between other characters than letters and digits.
var splitNames = map[Split]*regexp.Regexp{
	Training:   regexp.MustCompile(`(?i)(^|[^a-z0-9])(train|training)([^a-z0-9]|$)`),
	Validation: regexp.MustCompile(`(?i)(^|[^a-z0-9])(validation|valid|val|dev|development)([^a-z0-9]|$)`),
	Testing:    regexp.MustCompile(`(?i)(^|[^a-z0-9])(test|testing|eval|evaluation)([^a-z0-9]|$)`),
}

// rowKinds are the endings of files of rows, in the order of preference.
var rowKinds = []string{".parquet", ".jsonl", ".ndjson", ".json", ".csv", ".tsv"}

// kindOf returns the place of a file's ending in rowKinds, compressed or not; -1 if it has none of them.
func kindOf(name string) int {
	return slices.Index(rowKinds, path.Ext(unpacked(strings.ToLower(name))))
}

// ChooseRows returns those of the listed files that have the rows of a split, in order, and a pattern that matches them. If at
// is the path of a file, or a pattern of files, these are the files. Otherwise it is a folder, "" for all, and ChooseRows goes by
// the names of files and folders below it; files that show no split are for training. It is an error if no files or several sets
// of files fit.
func ChooseRows(paths []string, at string, split Split) (files []string, pattern string, err error) {
	all, named := inPath(paths, at)
	fit := all
	if !named {
		fit = filter(all, splitNames[split].MatchString)
		if len(fit) == 0 && split == Training {
			fit = filter(all, func(name string) bool { return !showsSplit(name) })
		}
	}
	sets := inSets(fit)
	switch {
	case len(sets) == 1:
		for pattern, files = range sets {
		}
		return files, pattern, nil
	case len(sets) > 1:
		return nil, "", errors.Errorf("several files could be the rows (%s): name one of them, or a folder", listed(sets))
	case len(all) > 0:
		return nil, "", errors.Errorf("no file of rows shows by its name that it is for %s: the files are %s; name one of them", split, listed(inSets(all)))
	}
	return nil, "", errors.Errorf("there are no files of rows (%s)", strings.Join(rowKinds, ", "))
}

// inPath returns the files of rows at a path; named reports that the path names files, not a folder.
func inPath(paths []string, at string) (all []string, named bool) {
	all = filter(paths, func(name string) bool {
		match, err := path.Match(at, name)
		return name == at || err == nil && match && kindOf(name) >= 0
	})
	if len(all) > 0 {
		return all, true
	}
	return filter(paths, func(name string) bool { return relative(at, name) != "" && kindOf(name) >= 0 }), false
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

func filter(names []string, keep func(name string) bool) (all []string) {
	for _, name := range names {
		if keep(name) {
			all = append(all, name)
		}
	}
	return all
}

// number matches what distinguishes the files of a set.
var number = regexp.MustCompile(`[0-9]+`)

// inSets groups files whose names differ only in numbers, by a pattern that matches the set. In a folder with files of
// several kinds, it takes those of the preferred kind only.
func inSets(files []string) map[string][]string {
	best := map[string]int{} // by folder
	for _, f := range files {
		if known, ok := best[path.Dir(f)]; !ok || kindOf(f) < known {
			best[path.Dir(f)] = kindOf(f)
		}
	}
	alike := map[string][]string{}
	for _, f := range files {
		if dir, name := path.Split(f); kindOf(f) == best[path.Dir(f)] {
			alike[dir+number.ReplaceAllString(name, "*")] = append(alike[dir+number.ReplaceAllString(name, "*")], f)
		}
	}
	sets := map[string][]string{}
	for pattern, set := range alike {
		if len(set) == 1 {
			pattern = set[0]
		}
		slices.SortFunc(set, byNumber)
		sets[pattern] = set
	}
	return sets
}

// listed joins the names of sets, of which there may be many.
func listed(sets map[string][]string) string {
	const most = 12
	var all []string
	for name := range sets {
		all = append(all, name)
	}
	slices.Sort(all)
	if len(all) <= most {
		return strings.Join(all, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(all[:most], ", "), len(all)-most)
}
