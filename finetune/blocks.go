package finetune

import (
	"strconv"

	"github.com/pkg/errors"

	"gorgpt/gpt1"
	"gorgpt/train"
)

// Blocks is how many of a model's blocks are transferred, from the first on (figure 2, left);
// the zero value is all of them.
// Blocks are safe for concurrent use as long as nothing changes them.
type Blocks struct{ limit int } // 1 more than the number, or 0

// FirstBlocks are the first n.
func FirstBlocks(n int) Blocks { return Blocks{n + 1} }

// String is what Set reads.
func (b Blocks) String() string {
	if b.limit == 0 {
		return "all"
	}
	return strconv.Itoa(b.limit - 1)
}

// Set reads a number from 0 on, or all.
func (b *Blocks) Set(s string) error {
	if s == "all" {
		*b = Blocks{}
		return nil
	}
	n, err := strconv.Atoi(s)
	if err != nil || n < 0 {
		return errors.New("want a number of blocks, from 0 on, or all")
	}
	*b = FirstBlocks(n)
	return nil
}

// MarshalText is String, for run.json.
func (b Blocks) MarshalText() ([]byte, error) { return []byte(b.String()), nil }

// UnmarshalText is Set, for run.json.
func (b *Blocks) UnmarshalText(text []byte) error { return b.Set(string(text)) }

// of is the number for a model. It is an error if it has fewer.
func (b Blocks) of(c gpt1.Config) (int, error) {
	switch n := b.limit - 1; {
	case n < 0:
		return c.NLayer, nil
	case c.IsLSTM():
		return 0, train.BadOption("{Transfer} %d: the model is an LSTM, which has no blocks", n)
	case n > c.NLayer:
		return 0, train.BadOption("{Transfer} %d: the model has %d blocks", n, c.NLayer)
	default:
		return n, nil
	}
}
