package finetune

import (
	"strconv"

	"github.com/pkg/errors"

	"gorgpt/gpt1"
	"gorgpt/internal/plural"
	"gorgpt/train"
)

// Blocks says how many of a model's blocks are transferred, counted from the first (figure 2,
// left). The zero value transfers all.
// Blocks are safe for concurrent use as long as nothing changes them.
type Blocks struct{ limit int } // 1 more than the number, or 0

// FirstBlocks returns the first n blocks.
func FirstBlocks(n int) Blocks { return Blocks{n + 1} }

// String returns the number of blocks or "all", as Set reads it.
func (b Blocks) String() string {
	if b.limit == 0 {
		return "all"
	}
	return strconv.Itoa(b.limit - 1)
}

// Set parses a number of blocks, 0 or more, or "all".
func (b *Blocks) Set(s string) error {
	if s == "all" {
		*b = Blocks{}
		return nil
	}
	n, err := strconv.Atoi(s)
	if err != nil || n < 0 {
		return errors.New("must be a number of blocks, 0 or more, or all")
	}
	*b = FirstBlocks(n)
	return nil
}

// MarshalText returns String, for run.json.
func (b Blocks) MarshalText() ([]byte, error) { return []byte(b.String()), nil }

// UnmarshalText calls Set, for run.json.
func (b *Blocks) UnmarshalText(text []byte) error { return b.Set(string(text)) }

// of returns the number of blocks for a model. It is an error if the model has fewer.
func (b Blocks) of(c gpt1.Config) (int, error) {
	switch n := b.limit - 1; {
	case n < 0:
		return c.NLayer, nil
	case c.IsLSTM():
		return 0, train.BadOption("{Transfer} is %d, but the model is an LSTM, which has no blocks", n)
	case n > c.NLayer:
		return 0, train.BadOption("{Transfer} is %d, but the model has %s", n, plural.Of(c.NLayer, "block"))
	default:
		return n, nil
	}
}
