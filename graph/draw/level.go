package draw

import "github.com/pkg/errors"

// Level is how much of a graph is drawn as one box.
type Level string

// The levels, by the names that the commands use.
const (
	Model Level = "model" // the parts of a block, blocks that repeat drawn once
	Block Level = "block" // the parts of every block
	Op    Level = "op"    // every node
)

// ParseLevel checks a name that a user gave.
func ParseLevel(s string) (Level, error) {
	switch l := Level(s); l {
	case Model, Block, Op:
		return l, nil
	}
	return "", errors.Errorf("unknown level %q: want model, block or op", s)
}
