package checkpoint

import "github.com/pkg/errors"

// CheckFormat refuses a file of a newer format than this program knows. A file without a number, from
// before there were any, has format 0.
func CheckFormat(file string, format, known int) error {
	switch {
	case format < 0:
		return errors.Errorf("%s has format %d: it must be between 0 and %d", file, format, known)
	case format > known:
		return errors.Errorf("%s has format %d, and this program knows formats up to %d: use a newer gorgpt", file, format, known)
	}
	return nil
}
