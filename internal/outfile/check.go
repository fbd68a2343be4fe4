package outfile

import (
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/pkg/errors"

	"gorgpt/internal/regular"
)

// Name is a path and the flag that sets it, as the command spells it.
type Name struct{ Flag, Path string }

// Check refuses outputs that must not be written. It skips empty paths, and inputs that do not
// exist. An input may be a glob, or a folder of books or rows; then all such files below it are
// inputs. Model folders need not be listed: their files are always refused.
func Check(outputs, inputs []Name) error {
	if err := Apart(outputs, inputs); err != nil {
		return err
	}
	for _, out := range outputs {
		if owner := owner(out.Path); out.Path != "" && owner != "" {
			return errors.Errorf("%s %s is a file of %s, which it would destroy: name another file", out.Flag, out.Path, owner)
		}
	}
	return nil
}

// Apart is [Check] without the check for files of models and runs, for outputs whose names the
// command chooses itself.
func Apart(outputs, inputs []Name) error {
	outputs = slices.DeleteFunc(slices.Clone(outputs), func(n Name) bool { return n.Path == "" })
	for i, out := range outputs {
		for _, other := range outputs[:i] {
			if same(out.Path, other.Path) {
				return errors.Errorf("%s and %s are both %s: name two files", other.Flag, out.Flag, out.Path)
			}
		}
		for _, in := range inputs {
			if reads(in.Path, out.Path) {
				return errors.Errorf("%s %s would overwrite what %s reads: name another file", out.Flag, out.Path, in.Flag)
			}
		}
		if err := checkKind(out); err != nil {
			return err
		}
	}
	return nil
}

// CheckResults refuses a folder of results if its file of finished runs, or one of the other named
// files, must not be written.
func CheckResults(folder Name, runs string, names []string, inputs []Name) error {
	file := func(name string) Name { return Name{folder.Flag, filepath.Join(folder.Path, name)} }
	if err := Apart([]Name{file(runs)}, inputs); err != nil {
		return err
	}
	var outputs []Name
	for _, name := range names {
		outputs = append(outputs, file(name))
	}
	return Check(outputs, inputs)
}

// checkKind refuses an output that exists and is not a file.
func checkKind(out Name) error {
	info, err := os.Stat(out.Path)
	dir := real(filepath.Dir(out.Path)) + string(filepath.Separator)
	switch {
	case strings.HasPrefix(dir, "/dev/") && !strings.HasPrefix(dir, "/dev/shm/") && (err != nil || !isDevice(info)), strings.HasPrefix(dir, "/proc/"):
		return errors.Errorf("%s %s is in a system folder: name a file elsewhere", out.Flag, out.Path)
	case err != nil || info.Mode().IsRegular():
		return nil // other errors are left to the writer
	case info.IsDir():
		return errors.Errorf("%s %s is a folder: name a file", out.Flag, out.Path)
	}
	return errors.Errorf("%s %s is %s, which cannot be replaced by a file: name a file", out.Flag, out.Path, regular.Kind(info.Mode()))
}

func isDevice(info os.FileInfo) bool { return info.Mode()&os.ModeDevice != 0 }

// reads reports whether an input path includes the output file.
func reads(in, out string) bool {
	if in == "" || in == "-" {
		return false
	}
	matches, err := filepath.Glob(in)
	if err != nil || len(matches) == 0 {
		matches = []string{in}
	}
	for _, path := range matches {
		if same(path, out) {
			return true
		}
		info, err := os.Stat(path)
		if err != nil || !info.IsDir() {
			continue
		}
		if _, err := os.Lstat(out); err == nil && isData(out) && below(path, out) {
			return true
		}
	}
	return false
}

// isData reports whether a file in a folder of books or rows may be one of them. Files that
// commands write there are not, so that they can be overwritten.
func isData(path string) bool {
	name := strings.ToLower(filepath.Base(path))
	kinds := []string{".txt", ".tsv", ".csv", ".json", ".jsonl", ".parquet", ".gz", ".zst", ".bz2", ".xz", ""}
	return slices.Contains(kinds, filepath.Ext(name)) && name != "profile.csv" && name != "results.jsonl"
}

// same reports whether two paths name the same file, even through links, or would if it existed.
func same(a, b string) bool {
	x, errX := os.Stat(a)
	y, errY := os.Stat(b)
	if errX == nil && errY == nil {
		return os.SameFile(x, y)
	}
	return errX != nil && errY != nil && real(a) == real(b)
}

// below reports whether a file is in a folder, at any depth.
func below(dir, file string) bool {
	rel, err := filepath.Rel(real(dir), real(file))
	return err == nil && rel != ".." && !strings.HasPrefix(rel, ".."+string(filepath.Separator))
}

// real is the path without links, as far as it exists.
func real(path string) string {
	if abs, err := filepath.Abs(path); err == nil {
		path = abs
	}
	if all, err := filepath.EvalSymlinks(path); err == nil {
		return all
	}
	dir, base := filepath.Split(path)
	if dir = filepath.Clean(dir); dir == path {
		return path
	}
	return filepath.Join(real(dir), base)
}
