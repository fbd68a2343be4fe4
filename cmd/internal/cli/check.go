package cli

import "github.com/pkg/errors"

// Given holds the names of the flags whose settings were given: true on the command line,
// false in a file. The checks skip all other settings, which have their defaults.
type Given map[string]bool

// Flag reports whether a setting was given on the command line.
func (g Given) Flag(name string) bool { return g[name] }

// Any reports whether a setting was given, on the command line or in a file.
func (g Given) Any(name string) bool {
	_, found := g[name]
	return found
}

// Names returns the names of all settings that were given.
func (g Given) Names() map[string]bool {
	names := map[string]bool{}
	for name := range g {
		names[name] = true
	}
	return names
}

// Int is an integer flag with its smallest and largest allowed values.
type Int struct {
	Name         string
	Value, Least int
	Most         int // 0: one billion
}

// most is the largest value of any integer flag. No real setting comes near it, and the
// product of two such numbers does not overflow.
const most = 1_000_000_000

// CheckInts returns an error if a given value is out of its range.
func (g Given) CheckInts(flags ...Int) error {
	for _, f := range flags {
		if f.Most == 0 {
			f.Most = most
		}
		switch {
		case !g.Any(f.Name):
		case f.Value < f.Least:
			return errors.Errorf("-%s must be at least %d, not %d", f.Name, f.Least, f.Value)
		case f.Value > f.Most:
			return errors.Errorf("-%s must be at most %d, not %d", f.Name, f.Most, f.Value)
		}
	}
	return nil
}

// Number is a flag with a real value.
type Number struct {
	Name  string
	Value float64
}

// CheckNumbers returns an error if a given value is negative, not finite, or 1e6 or more.
func (g Given) CheckNumbers(flags ...Number) error {
	for _, f := range flags {
		if g.Any(f.Name) && !(f.Value >= 0 && f.Value < 1e6) {
			return errors.Errorf("-%s must be between 0 and 1e6, not %v", f.Name, f.Value)
		}
	}
	return nil
}

// CheckShares returns an error if a given value is not a share: 0 ≤ x < 1.
func (g Given) CheckShares(flags ...Number) error {
	for _, f := range flags {
		if g.Any(f.Name) && !(f.Value >= 0 && f.Value < 1) {
			return errors.Errorf("-%s must be at least 0 and less than 1, not %v", f.Name, f.Value)
		}
	}
	return nil
}
