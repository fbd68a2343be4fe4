package datasets

import (
	"cmp"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/pkg/errors"

	"gorgpt/loaders/tables"
)

// found is a part of a split with its files.
type found struct {
	part
	kind  tables.Kind
	paths []string
	open  bool // rows may lack a label
}

// place is where the files of a dataset are.
type place struct {
	dir              string
	train, dev, test []found
}

// splits is the number of splits that have files.
func (p place) splits() (n int) {
	for _, parts := range [][]found{p.train, p.dev, p.test} {
		if len(parts) > 0 {
			n++
		}
	}
	return n
}

// locate looks for the files of a dataset in dir and in the folders below it with names of the
// dataset. Of several layouts it takes the one with the most splits, of equal ones the first.
func (d *Dataset) locate(dir string) (place, error) {
	info, err := os.Stat(dir)
	switch {
	case err != nil:
		return place{}, errors.Wrapf(err, "looking for %s", d.Name)
	case !info.IsDir():
		return place{}, errors.Errorf("%s is not a folder: name the folder of %s, or one that contains %s", dir, d.Name, d.folders[0])
	}
	var best place
	for _, root := range d.roots(dir, 3) {
		for _, f := range d.files {
			p, err := d.inFolder(root, f)
			if err != nil {
				return place{}, err
			}
			if p.splits() > best.splits() {
				best = p
			}
		}
	}
	switch {
	case best.splits() == 0:
		return place{}, errors.Errorf("no files of %s in %s: it needs %s, directly or in a folder %s", d.Name, dir, d.patterns(), d.folders[0])
	case len(best.train) == 0:
		return place{}, errors.Errorf("%s has no training rows of %s: it needs %s", best.dir, d.Name, d.patterns())
	}
	return best, nil
}

// patterns lists the names of training files.
func (d *Dataset) patterns() string {
	var all []string
	for _, f := range d.files {
		for _, p := range f.train {
			if !slices.Contains(all, p.pattern) {
				all = append(all, p.pattern)
			}
		}
	}
	return strings.Join(all, " or ")
}

// containers are folders that hold several datasets.
var containers = []string{"glue", "glue_data"}

// roots lists dir and its subfolders with names of the dataset, in the order of these names.
func (d *Dataset) roots(dir string, depth int) []string {
	all := []string{dir}
	entries, err := os.ReadDir(dir)
	if err != nil || depth == 0 {
		return all // a folder that cannot be read counts as empty: locate returns the error
	}
	for _, name := range append(slices.Clip(d.folders), containers...) {
		for _, e := range entries {
			if path := filepath.Join(dir, e.Name()); strings.EqualFold(e.Name(), name) && isFolder(path) {
				all = append(all, d.roots(path, depth-1)...)
			}
		}
	}
	return all
}

func isFolder(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

// inFolder looks for the files of one layout.
func (d *Dataset) inFolder(root string, f files) (place, error) {
	p := place{dir: root}
	for _, s := range []struct {
		parts []part
		into  *[]found
	}{{f.train, &p.train}, {f.dev, &p.dev}, {f.test, &p.test}} {
		for _, part := range s.parts {
			if d.only != "" && part.name != "" && part.name != d.only {
				continue
			}
			paths, err := glob(root, part.pattern)
			if err != nil {
				return p, err
			}
			if len(paths) > 0 {
				*s.into = append(*s.into, found{part: part, kind: f.kind, paths: paths})
			}
		}
	}
	return p, nil
}

// glob lists the files of a pattern in a folder, compressed or not, by name; numbered ones are in the
// order of the numbers.
func glob(root, pattern string) ([]string, error) {
	var all []string
	for _, ending := range []string{"", ".gz", ".zst"} {
		matches, err := filepath.Glob(filepath.Join(escape(root), filepath.FromSlash(pattern)) + ending)
		if err != nil {
			return nil, errors.Wrap(err, pattern)
		}
		if ending == "" {
			matches = slices.DeleteFunc(matches, isFolder)
		}
		if all = append(all, matches...); len(all) > 0 {
			break
		}
	}
	slices.SortFunc(all, byNumber)
	return all, nil
}

// byNumber puts numbered names in the order of their numbers.
func byNumber(a, b string) int { return cmp.Or(cmp.Compare(len(a), len(b)), strings.Compare(a, b)) }

// escape returns a pattern that matches only this path.
func escape(path string) string {
	return strings.NewReplacer(`*`, `\*`, `?`, `\?`, `[`, `\[`).Replace(path)
}

// single finds one file, or a folder of files of one kind.
func (d *Dataset) single(path string) (found, error) {
	info, err := os.Stat(path)
	if err != nil {
		return found{}, errors.Wrap(err, "reading "+d.Name)
	}
	for _, f := range d.files {
		for _, p := range slices.Concat(f.train, f.dev, f.test) {
			last := filepath.Base(filepath.FromSlash(p.pattern))
			if !info.IsDir() {
				if match, _ := filepath.Match(last, unpacked(filepath.Base(path))); match {
					return found{kind: f.kind, paths: []string{path}}, nil
				}
				continue
			}
			if f.kind != tables.RACE {
				continue
			}
			for _, pattern := range []string{last, "*/" + last} {
				if paths, err := glob(path, pattern); err != nil || len(paths) > 0 {
					return found{kind: f.kind, paths: paths}, err
				}
			}
		}
	}
	if info.IsDir() {
		return found{}, errors.Errorf("%s is a folder: name a file of %s", path, d.Name)
	}
	return found{paths: []string{path}}, nil
}

// unpacked is the name of a file without the extension of its compression.
func unpacked(name string) string {
	return strings.TrimSuffix(strings.TrimSuffix(name, ".gz"), ".zst")
}
