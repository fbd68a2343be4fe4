package cli

import "github.com/pkg/errors"

// Int is an integer flag with the least value that it may have.
type Int struct {
	Name         string
	Value, Least int
}

// CheckInts refuses values that are too small among the flags that were given; the
// others have their defaults.
func CheckInts(given map[string]bool, flags ...Int) error {
	for _, f := range flags {
		if given[f.Name] && f.Value < f.Least {
			return errors.Errorf("-%s is %d: want at least %d", f.Name, f.Value, f.Least)
		}
	}
	return nil
}

// Number is a flag with a real value.
type Number struct {
	Name  string
	Value float64
}

// CheckNumbers refuses values that are negative, not numbers or beyond use.
func CheckNumbers(flags ...Number) error {
	for _, f := range flags {
		if !(f.Value >= 0 && f.Value < 1e6) {
			return errors.Errorf("-%s is %v: want a number from 0 on", f.Name, f.Value)
		}
	}
	return nil
}

// CheckShare refuses values that are no share of a whole, 0 ≤ x < 1.
func CheckShare(f Number) error {
	if !(f.Value >= 0 && f.Value < 1) {
		return errors.Errorf("-%s is %v: want a share, 0 ≤ x < 1", f.Name, f.Value)
	}
	return nil
}
