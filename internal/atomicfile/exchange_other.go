//go:build !linux && !darwin

package atomicfile

import "github.com/pkg/errors"

// exchange would swap the names of two folders in one step; this system cannot.
func (d *Dir) exchange(a, b string) error { return errors.New("folders cannot be swapped here") }
