package cli

import "github.com/pkg/errors"

// Given are the settings that were given, by the names of their flags: on the command line
// (true) or in a file (false). Checks leave the others alone: they have their defaults.
type Given map[string]bool

// Flag tells whether a setting was given on the command line.
func (g Given) Flag(name string) bool { return g[name] }

// Any tells whether a setting was given, in one way or the other.
func (g Given) Any(name string) bool {
	_, found := g[name]
	return found
}

// Names is the set of all that was given.
func (g Given) Names() map[string]bool {
	names := map[string]bool{}
	for name := range g {
		names[name] = true
	}
	return names
}

// Int is an integer flag with the least and the greatest value that it may have.
type Int struct {
	Name         string
	Value, Least int
	Most         int // 0: a billion
}

// most is the greatest value of any integer flag. Nothing that flags count comes near, and
// products of two such numbers are still integers.
const most = 1_000_000_000

// CheckInts refuses values that are too small or beyond use.
func (g Given) CheckInts(flags ...Int) error {
	for _, f := range flags {
		if f.Most == 0 {
			f.Most = most
		}
		switch {
		case !g.Any(f.Name):
		case f.Value < f.Least:
			return errors.Errorf("-%s is %d: want at least %d", f.Name, f.Value, f.Least)
		case f.Value > f.Most:
			return errors.Errorf("-%s is %d: want at most %d", f.Name, f.Value, f.Most)
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
func (g Given) CheckNumbers(flags ...Number) error {
	for _, f := range flags {
		if g.Any(f.Name) && !(f.Value >= 0 && f.Value < 1e6) {
			return errors.Errorf("-%s is %v: want a number from 0 on", f.Name, f.Value)
		}
	}
	return nil
}

// CheckShares refuses values that are no share of a whole, 0 ≤ x < 1.
func (g Given) CheckShares(flags ...Number) error {
	for _, f := range flags {
		if g.Any(f.Name) && !(f.Value >= 0 && f.Value < 1) {
			return errors.Errorf("-%s is %v: want a share, 0 ≤ x < 1", f.Name, f.Value)
		}
	}
	return nil
}
