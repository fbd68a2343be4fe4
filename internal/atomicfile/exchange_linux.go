package atomicfile

import "golang.org/x/sys/unix"

// exchange swaps the names of two folders in one step. It fails where the file system cannot.
func (d *Dir) exchange(a, b string) error {
	dir, err := d.root.Open(".")
	if err != nil {
		return err
	}
	defer dir.Close() //nolint:errcheck // only its names change
	return unix.Renameat2(int(dir.Fd()), a, int(dir.Fd()), b, unix.RENAME_EXCHANGE)
}
