package atomicfile

import (
	"io/fs"
	"os"
	"runtime"

	"github.com/gofrs/flock"
	"github.com/pkg/errors"
)

// Lock returns the lock on a file of the folder, which taking it makes if it is not there. A
// link in its place is an error.
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
		mode = os.O_RDWR // which exclusive locks need there
	}
	return flock.New(d.Path(name), flock.SetFlag(os.O_CREATE|mode|noFollow)), nil
}
