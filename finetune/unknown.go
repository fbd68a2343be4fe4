package finetune

import (
	"slices"
	"sync"

	"gorgpt/internal/parallel"
	"gorgpt/loaders"
	"gorgpt/tokenizer"
	"gorgpt/train"
)

// CheckVocabulary reports for each split how much of its text the vocabulary cannot spell. It
// returns an error if that is half of a split; see [train.Options.CheckUnknown].
func (d *Data) CheckVocabulary(s Options, tok *tokenizer.Tokenizer, to train.Listener) error {
	for _, part := range []struct {
		name string
		rows []loaders.Row
	}{{"training rows", d.Train}, {"development rows", d.Dev}, {"test rows", d.Test}} {
		if err := s.CheckUnknown(part.name, unknowns(tok, part.rows), to); err != nil {
			return err
		}
	}
	return nil
}

// chunk is how many rows one goroutine counts at a time.
const chunk = 512

// unknowns counts the text of rows that the vocabulary cannot spell, on all cores.
func unknowns(tok *tokenizer.Tokenizer, rows []loaders.Row) *tokenizer.Unknowns {
	var (
		all tokenizer.Unknowns
		mu  sync.Mutex
	)
	chunks := slices.Collect(slices.Chunk(rows, chunk))
	_ = parallel.Do(len(chunks), func(i int) error {
		var mine tokenizer.Unknowns
		var ids []int32
		for _, row := range chunks[i] {
			for _, text := range slices.Concat(row.Texts, row.Answers) {
				ids = tok.AppendEncode(ids[:0], text)
				mine.Add(tok, text, ids)
			}
		}
		mu.Lock()
		defer mu.Unlock()
		all.Merge(&mine)
		return nil
	})
	return &all
}
