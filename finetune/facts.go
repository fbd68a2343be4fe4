package finetune

import (
	"encoding/hex"
	"fmt"
	"hash/crc64"
)

// facts describe the data in run.json.
type facts struct {
	Start string  `json:"start"` // digest of the weights before the first update
	Train counts  `json:"train"`
	Dev   *counts `json:"dev,omitempty"`
	Test  *counts `json:"test,omitempty"`
}

type counts struct {
	Examples int    `json:"examples"`
	Cut      int    `json:"cut"`
	Digest   string `json:"digest"` // of tokens and labels, in order
}

func (d sets) facts() facts {
	count := func(s *Set) *counts {
		if s == nil {
			return nil
		}
		sum := crc64.New(crc64.MakeTable(crc64.ECMA))
		for _, e := range s.Examples {
			fmt.Fprintln(sum, e.Sequences, e.Label, e.Score) // never fails
			if e.Labels != nil {
				fmt.Fprintln(sum, e.Labels)
			}
		}
		return &counts{len(s.Examples), s.Cut, hex.EncodeToString(sum.Sum(nil))}
	}
	return facts{Train: *count(d.train), Dev: count(d.dev), Test: count(d.test)}
}
