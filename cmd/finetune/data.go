package main

import (
	"fmt"
	"io"

	"gorgpt/finetune"
	"gorgpt/loaders"
	"gorgpt/tokenizer"
)

// files are the rows of -train, -dev and -test; those not named have none.
type files struct{ train, dev, test []loaders.Row }

func readFiles(s *settings) (f files, err error) {
	for _, file := range []struct {
		path string
		rows *[]loaders.Row
	}{{s.Train, &f.train}, {s.Dev, &f.dev}, {s.Test, &f.test}} {
		if file.path == "" {
			continue
		}
		if *file.rows, err = finetune.Read(file.path, s.kind(), s.Limit); err != nil {
			return f, err
		}
	}
	return f, nil
}

// sets are the files as token sequences; nil for those not named.
type sets struct{ train, dev, test *finetune.Set }

// encode tokenizes the files and reports what was cut.
func encode(spec finetune.Spec, tok *tokenizer.Tokenizer, ctx int, f files, w io.Writer) (out sets, err error) {
	for _, file := range []struct {
		name string
		rows []loaders.Row
		set  **finetune.Set
	}{{"training", f.train, &out.train}, {"development", f.dev, &out.dev}, {"test", f.test, &out.test}} {
		if file.rows == nil {
			continue
		}
		set, err := finetune.Encode(spec, tok, ctx, file.rows)
		if err != nil {
			return out, err
		}
		*file.set = set
		fmt.Fprintf(w, "%d %s examples, %d of them cut to the model's %d positions\n", len(set.Examples), file.name, set.Cut, ctx)
	}
	return out, nil
}

// facts describe the data in run.json.
type facts struct {
	Train counts  `json:"train"`
	Dev   *counts `json:"dev,omitempty"`
	Test  *counts `json:"test,omitempty"`
}

type counts struct {
	Examples int `json:"examples"`
	Cut      int `json:"cut"`
}

func (d sets) facts() facts {
	count := func(s *finetune.Set) *counts {
		if s == nil {
			return nil
		}
		return &counts{len(s.Examples), s.Cut}
	}
	return facts{*count(d.train), count(d.dev), count(d.test)}
}
