package train

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/pkg/errors"
)

// Runs is the folder of the runs that are given no folder of their own.
const Runs = "runs"

// NewFolder makes the folder of a run. An explicit path is used as it is, if
// [CheckFolder] has nothing against it. Otherwise the folder is runs/<name>, numbered
// when it exists.
func NewFolder(path, name string, force bool) (string, error) {
	if path == "" {
		return numbered(filepath.Join(Runs, name))
	}
	if err := CheckFolder(path, force); err != nil {
		return "", err
	}
	return path, errors.Wrap(os.MkdirAll(path, 0o755), "-out")
}

// CheckFolder refuses an explicit path that has anything in it, unless force is set. It
// is for telling so before work that takes long.
func CheckFolder(path string, force bool) error {
	if path == "" {
		return nil
	}
	entries, err := os.ReadDir(path)
	switch {
	case err == nil && len(entries) > 0 && !force:
		return errors.Errorf("%s is not empty: name another folder with -out, or add -force to write into this one", path)
	case err != nil && !os.IsNotExist(err):
		return errors.Wrap(err, "-out")
	}
	return nil
}

// numbered makes base, or else base-2, base-3, …; the making itself is the test,
// so two runs that start together get two folders.
func numbered(base string) (string, error) {
	if err := os.MkdirAll(filepath.Dir(base), 0o755); err != nil {
		return "", errors.Wrap(err, "making the run folder")
	}
	path := base
	for n := 2; ; n++ {
		err := os.Mkdir(path, 0o755)
		if err == nil {
			return path, nil
		}
		if !os.IsExist(err) {
			return "", errors.Wrap(err, "making the run folder")
		}
		path = fmt.Sprintf("%s-%d", base, n)
	}
}
