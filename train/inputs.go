package train

import (
	"os"
	"path/filepath"

	"github.com/pkg/errors"
)

// inputs are the files and folders that a run reads. Nothing in them may be removed.
type inputs struct {
	files   []input
	parents []input // the folders that contain them, up to the root
	seen    map[string]bool
}

// input is a file or a folder, compared with os.SameFile, so that its name does not matter.
type input struct {
	name string // as the user wrote it
	info os.FileInfo
}

// newInputs finds files and folders by their paths or by patterns. It skips paths that do not
// exist.
func newInputs(paths []string) (*inputs, error) {
	in := &inputs{seen: map[string]bool{}}
	for _, path := range paths {
		if path == "" {
			continue
		}
		all := []string{path}
		if _, err := os.Stat(path); err != nil {
			if all, err = filepath.Glob(path); err != nil {
				continue // a bad pattern is an error when the run reads it
			}
		}
		for _, file := range all {
			if err := in.add(path, file); err != nil {
				return nil, err
			}
		}
	}
	return in, nil
}

// add adds a file or a folder, and the folders above it.
func (in *inputs) add(name, path string) error {
	for at, up := range chain(path) {
		if up > 0 && in.seen[at] {
			return nil
		}
		info, err := os.Stat(at)
		if os.IsNotExist(err) {
			return nil
		}
		if err != nil {
			return errors.Wrap(err, "checking the files that the run reads")
		}
		if up == 0 {
			in.files = append(in.files, input{name, info})
			continue
		}
		in.seen[at] = true
		in.parents = append(in.parents, input{name, info})
	}
	return nil
}

// chain yields the real path of a file, then those of the folders above it, each with the number
// of levels above the file.
func chain(path string) func(yield func(at string, up int) bool) {
	return func(yield func(string, int) bool) {
		at, err := filepath.EvalSymlinks(path)
		if err == nil {
			at, err = filepath.Abs(at)
		}
		if err != nil {
			return
		}
		for up := 0; yield(at, up) && filepath.Dir(at) != at; up++ {
			at = filepath.Dir(at)
		}
	}
}

// harmed returns the name of the input that is the same as path, contains it, or lies inside it;
// or "".
func (in *inputs) harmed(path string) string {
	for at, up := range chain(path) {
		info, err := os.Stat(at)
		if err != nil {
			continue
		}
		for _, x := range in.files {
			if os.SameFile(x.info, info) {
				return x.name
			}
		}
		for _, x := range in.parents {
			if up == 0 && os.SameFile(x.info, info) {
				return x.name
			}
		}
	}
	return ""
}
