package atomicfile

import (
	"io/fs"
	"os"
	"runtime"

	"github.com/gofrs/flock"
	"github.com/pkg/errors"
)

// Lock returns the lock on a file of the folder. Taking the lock creates the file if it does not exist. It
// is an error if the name is a link.
func (d *Dir) Lock(name string) (*flock.Flock, error) {
	info, err := d.root.Lstat(name)
	switch {
	case err == nil && !info.Mode().IsRegular():
		return nil, NotOwn(d.Path(name), info)
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return nil, errors.WithMessage(bare(err), d.Path(name))
	}
	mode := os.O_RDONLY
	if runtime.GOOS == "aix" || runtime.GOOS == "solaris" || runtime.GOOS == "illumos" {
		mode = os.O_RDWR // required for exclusive locks there
	}
	return flock.New(d.Path(name), flock.SetFlag(os.O_CREATE|mode|noFollow)), nil
}
