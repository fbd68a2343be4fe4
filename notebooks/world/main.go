// Command world writes texts of the embedded world to files for the notebooks: books, labelled rows,
// and rows as the token sequences that a model receives.
//
//	go run ./notebooks/world -out DIR
package main

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/pkg/errors"

	"gorgpt/finetune"
	"gorgpt/heads"
	"gorgpt/loaders"
	"gorgpt/loaders/ledger"
	"gorgpt/loaders/storyworld"
	"gorgpt/tokenizer"
)

func main() {
	out := flag.String("out", "", "folder for the files: books/*.txt, TASK-train.jsonl, TASK-dev.jsonl and TASK-test.jsonl")
	size := flag.Int("bytes", 3<<20, "size of the books in bytes")
	model := flag.String("inputs", "", "write only inputs.jsonl: the first rows of each task as the tokens that the model in this folder receives")
	flag.Parse()
	var err error
	switch {
	case *out == "":
		err = errors.New("-out is missing: name a folder")
	case flag.NArg() > 0:
		err = errors.Errorf("unexpected argument %q (-h lists the flags)", flag.Arg(0))
	default:
		err = write(*out, *size, *model)
	}
	if err != nil {
		fmt.Fprintf(os.Stderr, "world: %v\n", err)
		os.Exit(1)
	}
}

func write(out string, size int, model string) error {
	books := filepath.Join(out, "books")
	if model != "" {
		books = out
	}
	if err := os.MkdirAll(books, 0o777); err != nil {
		return errors.Wrap(err, "-out")
	}
	if model != "" {
		return writeInputs(filepath.Join(out, "inputs.jsonl"), model)
	}
	for i, b := range storyworld.Books(size) {
		name := filepath.Join(books, fmt.Sprintf("%04d.txt", i+1))
		if err := os.WriteFile(name, []byte(b.Text), 0o666); err != nil {
			return errors.Wrap(err, "writing a book")
		}
	}
	for _, kind := range kinds {
		for _, split := range []storyworld.Split{storyworld.Train, storyworld.Dev, storyworld.Test} {
			if err := writeRows(filepath.Join(out, fmt.Sprintf("%s-%s.jsonl", kind, split)), kind, split); err != nil {
				return err
			}
		}
	}
	return nil
}

// kinds are the four tasks of figure 1 of the paper.
var kinds = []heads.Kind{heads.Classification, heads.Entailment, heads.Similarity, heads.MultipleChoice}

// lines holds values as JSON, one on each line.
type lines struct{ bytes.Buffer }

func (l *lines) add(value any) error {
	enc := json.NewEncoder(l)
	enc.SetEscapeHTML(false) // </w> stays legible
	return errors.Wrap(enc.Encode(value), "writing JSON")
}

func (l *lines) save(path string) error {
	return errors.Wrap(os.WriteFile(path, l.Bytes(), 0o666), "writing JSON")
}

// writeRows writes rows in the form that cmd/finetune reads.
func writeRows(path string, kind heads.Kind, split storyworld.Split) error {
	rows, err := storyworld.Rows(storyworld.Set(kind), split)
	if err != nil {
		return err
	}
	var l lines
	for _, row := range rows {
		if err := l.add(object(kind, row)); err != nil {
			return err
		}
	}
	return l.save(path)
}

// object returns a row as a JSON object with named fields.
func object(kind heads.Kind, row loaders.Row) map[string]any {
	f := kind.Task().Fields()
	o := map[string]any{f.Label: row.Label.Text}
	if row.Label.Form != loaders.String {
		o[f.Label] = json.Number(row.Label.Text)
	}
	for i, name := range f.Texts {
		o[name] = row.Texts[i]
	}
	if f.Answers != "" {
		o[f.Answers] = row.Answers
	}
	return o
}

// input is a row and its token sequences.
type input struct {
	Task      heads.Kind     `json:"task"`
	Row       map[string]any `json:"row"`
	Sequences [][]string     `json:"sequences"`
}

// shown is the number of rows of each task that are written as inputs.
const shown = 20

func writeInputs(path, model string) error {
	tok, err := tokenizer.Load(model)
	if err != nil {
		return errors.WithMessage(err, "-inputs")
	}
	if tok, err = tok.AddSpecials(); err != nil {
		return errors.WithMessage(err, "-inputs")
	}
	specials, err := finetune.Specials(tok)
	if err != nil {
		return err
	}
	var l lines
	for _, kind := range kinds {
		rows, err := storyworld.Rows(storyworld.Set(kind), storyworld.Train)
		if err != nil {
			return err
		}
		spec, err := finetune.Learn(kind, rows)
		if err != nil {
			return err
		}
		spec.Specials = specials
		const ctx = 128 // the positions of the preset tiny
		set, err := finetune.Encode(spec, tok, ctx, rows[:shown], nil, ledger.DefaultTolerance)
		if err != nil {
			return err
		}
		for i, e := range set.Examples {
			if err := l.add(input{kind, object(kind, rows[i]), spell(tok, e.Sequences)}); err != nil {
				return err
			}
		}
	}
	return l.save(path)
}

// spell returns the text of the tokens.
func spell(tok *tokenizer.Tokenizer, sequences [][]int32) [][]string {
	names := make([][]string, len(sequences))
	for i, ids := range sequences {
		for _, id := range ids {
			name, _ := tok.Token(id)
			names[i] = append(names[i], strings.TrimSpace(name))
		}
	}
	return names
}
