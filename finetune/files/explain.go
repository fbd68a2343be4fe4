package files

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/pkg/errors"

	"gorgpt/finetune"
	"gorgpt/graph"
	"gorgpt/loaders"
	"gorgpt/train"
)

// tableName matches names of files with rows.
var tableName = regexp.MustCompile(`^\S+\.(jsonl|ndjson|json|tsv|csv|txt|parquet)(\.gz|\.zst)?$`)

// Explain explains the predictions of a fine-tuned model for what Explain holds: the name of a file
// of rows, or - for standard input; a JSON object, which is one row; or else a text.
func Explain(ctx context.Context, o finetune.Options, in io.Reader, to train.Listener) ([]*finetune.Explanation, error) {
	s := reader{Options: o}
	b, err := finetune.ReadTuned(s.Folder(s.Model), graph.Float32)
	if err != nil {
		return nil, err
	}
	spec := b.Spec()
	if err := checkDataset(spec); err != nil {
		return nil, errors.WithMessage(err, filepath.Join(s.Model, finetune.SpecFile))
	}
	rows, err := s.toExplain(ctx, in, spec, to)
	if err != nil {
		return nil, err
	}
	x, err := finetune.NewExplainer(b, o)
	if err != nil {
		return nil, err
	}
	return o.ExplainAll(ctx, x, rows, to)
}

// toExplain returns the rows to explain.
func (s reader) toExplain(ctx context.Context, in io.Reader, spec finetune.Spec, to train.Listener) ([]loaders.Row, error) {
	text := s.Options.Explain
	info, err := os.Stat(text)
	switch {
	case text == finetune.Stdin:
		rows, _, err := s.readStdin(ctx, in, spec)
		return rows, err
	case err == nil && !info.IsDir():
		to.Note("explaining the rows of the file %s", text)
		rows, accounts, err := s.readMore(text, spec)
		for _, a := range accounts {
			for _, line := range a.Lines() {
				to.Note("%s", line)
			}
		}
		return rows, err
	case tableName.MatchString(text):
		return nil, train.BadOption("{Explain}: %s: no such file", text)
	case strings.HasPrefix(strings.TrimSpace(text), "{"):
		rows, _, err := s.readStdin(ctx, strings.NewReader(text), spec)
		if err != nil {
			return nil, train.BadOption("{Explain}: %s", strings.ReplaceAll(err.Error(), stdinName, "the JSON object"))
		}
		return rows, nil
	}
	fields := spec.Task.Task().Fields()
	if len(fields.Texts) > 1 || fields.Answers != "" {
		fields.Label = ""
		return nil, train.BadOption("{Explain} is a text, but %s has %s: give a JSON object with them, or a file", spec.Task, fields)
	}
	return []loaders.Row{{Path: "the text", Number: 1, Line: 1, Texts: []string{text}}}, nil
}
