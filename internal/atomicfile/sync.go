package atomicfile

import (
	stderrors "errors"
	"os"
	"runtime"
	"syscall"

	"github.com/pkg/errors"
)

// syncFolder makes a rename inside the folder survive a power cut. Some systems
// have no such call for folders (there the file system takes care of it), and
// some file systems on the others refuse it; neither is a failure.
func syncFolder(dir string) error {
	switch runtime.GOOS {
	case "windows", "plan9", "js", "wasip1":
		return nil
	}
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	err = f.Sync()
	if errors.Is(err, stderrors.ErrUnsupported) || errors.Is(err, syscall.EINVAL) {
		err = nil
	}
	return stderrors.Join(err, f.Close())
}
