package zeroshot

import (
	"context"
	"fmt"
	"math"
	"slices"

	"gorgpt/tokenizer"
)

// Cost is what a language model pays for texts. Bits over Bytes compares models with any vocabularies.
type Cost struct {
	Bits  float64 `json:"bits"`  // −Σ log2 P over their tokens
	Bytes int     `json:"bytes"` // of the texts in UTF-8
}

func (c *Cost) add(logProb float64, text string) {
	c.Bits -= logProb / math.Ln2
	c.Bytes += len(text)
}

// perByte returns bits per byte, or a dash for a result of an earlier version, which did not count them.
func (c Cost) perByte() string {
	if c.Bytes == 0 {
		return "–"
	}
	return fmt.Sprintf("%.3f", c.Bits/float64(c.Bytes))
}

// cost returns what texts cost, of which each counts once. A full stop before a text gives its first token
// a probability, too. What does not fit the context is read in windows, each of which begins with the
// last token of the one before.
func (s *scorer) cost(ctx context.Context, tok *tokenizer.Tokenizer, texts []string) (c Cost, err error) {
	var windows []text
	before := tok.Encode(".")
	seen := map[string]bool{}
	for _, t := range texts {
		if seen[t] {
			continue
		}
		seen[t] = true
		c.add(0, t)
		from := len(before)
		for ids := slices.Concat(before, tok.Encode(t)); len(ids) > from; from = 1 {
			n := min(len(ids), s.model.NCtx+1)
			windows = append(windows, text{ids[:n], from})
			ids = ids[n-1:]
		}
	}
	sums, _, err := s.sums(ctx, windows)
	for _, sum := range sums {
		c.add(sum, "")
	}
	return c, err
}
