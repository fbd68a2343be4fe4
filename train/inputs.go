package train

import (
	"os"
	"path/filepath"

	"github.com/pkg/errors"
)

// inputs are what a run reads, which nothing may be removed of.
type inputs struct {
	files   []input
	parents []input // the folders that these are in, up to the root
	seen    map[string]bool
}

// input is a file or a folder, however it is named.
type input struct {
	name string // as the user has it
	info os.FileInfo
}

// newInputs looks for files, folders and those that patterns match. What is not there is not
// harmed.
func newInputs(paths []string) (*inputs, error) {
	in := &inputs{seen: map[string]bool{}}
	for _, path := range paths {
		if path == "" {
			continue
		}
		all := []string{path}
		if _, err := os.Stat(path); err != nil {
			if all, err = filepath.Glob(path); err != nil {
				continue // no pattern: refused where it is read
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
			return errors.Wrap(err, "looking at what the run reads")
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

// chain is the real path of a file and those of the folders above it, and how far up they are.
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

// harmed is the input that a file or a folder is, is inside of, or has inside; "" if there is
// none.
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
