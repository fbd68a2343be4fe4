package atomicfile

import (
	"io/fs"
	"path"

	"github.com/pkg/errors"
)

// Sweep removes unfinished files and folders of killed processes: those with the mark of this package whose
// final names are own. For files in such a folder, own gets "name/file". The caller must hold a lock that
// excludes other writers.
func (d *Dir) Sweep(own func(name string) bool) error {
	entries, err := fs.ReadDir(d.root.FS(), ".")
	if err != nil {
		return errors.WithMessagef(hide(err), "removing unfinished files in %s", d.path)
	}
	for _, e := range entries {
		name, unfinished := Unfinished(e.Name())
		if !unfinished || !own(name) {
			continue
		}
		switch {
		case e.Type().IsRegular():
			err = d.root.Remove(e.Name())
		case e.IsDir():
			err = d.discard(e.Name(), name, func(file string) bool { return own(path.Join(name, file)) })
		}
		if err != nil {
			return errors.WithMessagef(hide(err), "removing unfinished files in %s", d.path)
		}
	}
	return nil
}
