package finetune

import (
	"encoding/hex"
	"fmt"
	"hash/crc64"
	"io"

	"github.com/pkg/errors"

	"gorgpt/heads"
	"gorgpt/loaders"
	"gorgpt/loaders/storyworld"
	"gorgpt/tokenizer"
)

// Data are the labelled rows of a task.
type Data struct {
	Spec             Spec          // what there is to decide; its special tokens come with a vocabulary
	Train, Dev, Test []loaders.Row // those not named have none
	Name             string        // of the training rows, for reports
}

// ReadData reads the files that the settings name or, without a training file, the
// task's rows of the embedded world, and checks all labels. What there is to decide the
// whole training set tells, the limit notwithstanding.
func (s *Settings) ReadData() (*Data, error) {
	d, read := &Data{Name: s.Train}, readFile
	if s.Train == "" {
		d.Name, read = "the embedded world", readWorld
	}
	for _, part := range []struct {
		split storyworld.Split
		path  string
		rows  *[]loaders.Row
	}{{storyworld.Train, s.Train, &d.Train}, {storyworld.Dev, s.Dev, &d.Dev}, {storyworld.Test, s.Test, &d.Test}} {
		var err error
		if *part.rows, err = read(s.Kind(), part.split, part.path); err != nil {
			return nil, err
		}
	}
	var err error
	if d.Spec, err = Learn(s.Kind(), d.Train); err != nil {
		return nil, err
	}
	if err := d.Spec.Check(d.Train, d.Dev, d.Test); err != nil {
		return nil, err
	}
	return d.Limit(s.Limit)
}

// readFile reads the rows of a file; one that is not named has none.
func readFile(kind heads.Kind, _ storyworld.Split, path string) ([]loaders.Row, error) {
	if path == "" {
		return nil, nil
	}
	return Read(path, kind)
}

// readWorld makes the rows of the embedded world. Its sets have the names of the tasks.
func readWorld(kind heads.Kind, split storyworld.Split, _ string) ([]loaders.Row, error) {
	return storyworld.Rows(storyworld.Set(kind), split)
}

// Limit keeps the first n training rows, or all if n is 0. It is an error if all have one
// class or one score. The number of an answer is neither.
func (d *Data) Limit(n int) (*Data, error) {
	if n == 0 || n >= len(d.Train) {
		return d, nil
	}
	limited := *d
	limited.Train = d.Train[:n]
	if d.Spec.Task != heads.MultipleChoice && !differ(limited.Train) {
		return nil, errors.Errorf("-limit %d: the first rows of %s are all labelled %q: want a larger limit, or rows in mixed order",
			n, d.Name, d.Train[0].Label.Text)
	}
	return &limited, nil
}

// sets are rows as token sequences; nil for those not there.
type sets struct{ train, dev, test *Set }

// encode tokenizes the rows and reports what was cut.
func (d *Data) encode(spec Spec, tok *tokenizer.Tokenizer, ctx int, w io.Writer) (out sets, err error) {
	for _, part := range []struct {
		name string
		rows []loaders.Row
		set  **Set
	}{{"training", d.Train, &out.train}, {"development", d.Dev, &out.dev}, {"test", d.Test, &out.test}} {
		if part.rows == nil {
			continue
		}
		set, err := Encode(spec, tok, ctx, part.rows)
		if err != nil {
			return out, err
		}
		*part.set = set
		fmt.Fprintf(w, "%d %s examples, %d of them cut to the model's %d positions\n", len(set.Examples), part.name, set.Cut, ctx)
	}
	return out, nil
}

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
		}
		return &counts{len(s.Examples), s.Cut, hex.EncodeToString(sum.Sum(nil))}
	}
	return facts{Train: *count(d.train), Dev: count(d.dev), Test: count(d.test)}
}
