package tokenizer

import (
	"bytes"
	"encoding/gob"

	"github.com/pkg/errors"
)

// tally is the form that [Trainer.Counts] encodes.
type tally struct {
	Pipeline Pipeline
	Words    map[string]int
	Lost     Lost
	Long     int
}

// Counts encodes all counts so far, for [Trainer.AddCounts] of another trainer. So one trainer can learn
// from texts that several trainers have counted.
func (tr *Trainer) Counts() ([]byte, error) {
	if err := tr.count(); err != nil {
		return nil, err
	}
	var buf bytes.Buffer
	err := gob.NewEncoder(&buf).Encode(tally{tr.cfg.Pipeline, tr.words, tr.lost, tr.long})
	return buf.Bytes(), errors.Wrap(err, "passing on the counts of words")
}

// AddCounts adds the counts of another trainer with the same pipeline, including [Trainer.Lost]. The result
// is the same as if all texts had been added here, unless the memory limit was reached: each trainer removes
// words by its own counts. The limit holds here, too.
func (tr *Trainer) AddCounts(data []byte) error {
	var t tally
	if err := gob.NewDecoder(bytes.NewReader(data)).Decode(&t); err != nil {
		return errors.Wrap(err, "taking in counts of words")
	}
	if t.Pipeline != tr.cfg.Pipeline {
		return errors.Errorf("taking in counts of words: they are of pipeline %s, not %s", t.Pipeline, tr.cfg.Pipeline)
	}
	for word, n := range t.Words {
		tr.addWord(word, n)
	}
	tr.long += t.Long
	tr.lost.Words += t.Lost.Words
	tr.lost.Occurrences += t.Lost.Occurrences
	tr.bound()
	return nil
}

// spelling is the form that [Tokenizer.Marshal] encodes.
type spelling struct {
	Tokens   []string
	Merges   []Merge
	Pipeline Pipeline
}

// Marshal encodes the tokenizer for [Unmarshal] in another process of the same program. For
// files, see [Tokenizer.Files].
func (t *Tokenizer) Marshal() ([]byte, error) {
	var buf bytes.Buffer
	err := gob.NewEncoder(&buf).Encode(spelling{t.tokens, t.merges, t.pipeline})
	return buf.Bytes(), errors.Wrap(err, "passing on a tokenizer")
}

// Unmarshal decodes a tokenizer from [Tokenizer.Marshal].
func Unmarshal(data []byte) (*Tokenizer, error) {
	var s spelling
	if err := gob.NewDecoder(bytes.NewReader(data)).Decode(&s); err != nil {
		return nil, errors.Wrap(err, "taking in a tokenizer")
	}
	t, err := New(s.Tokens, s.Merges)
	if err != nil {
		return nil, errors.Wrap(err, "taking in a tokenizer")
	}
	return t.WithPipeline(s.Pipeline), nil
}
