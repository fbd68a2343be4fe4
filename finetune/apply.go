package finetune

import (
	"context"
	"fmt"
	"io"

	"github.com/pkg/errors"

	"gorgpt/heads"
	"gorgpt/internal/atomicfile"
	"gorgpt/loaders"
	"gorgpt/loaders/datasets"
	"gorgpt/loaders/tables"
	"gorgpt/train"
)

// Apply lets a fine-tuned model judge the rows of a file: with Eval it prints the scores,
// with Predict it writes the predictions, to out or to a file if one is named. The file has
// the layout that the model was trained on, unless Fields say otherwise. The file [Stdin] is
// read from in.
func (s *Settings) Apply(ctx context.Context, in io.Reader, out io.Writer, to train.Listener) error {
	b, err := ReadBase(s.Model)
	if err != nil {
		return err
	}
	if err := b.checkTuned(); err != nil {
		return err
	}
	spec, path := b.head, s.Eval
	if path == "" {
		path = s.Predict
	}
	var rows []loaders.Row
	var accounts []tables.Account
	if path == Stdin {
		path = stdinName
		rows, accounts, err = s.readStdin(ctx, in, spec)
	} else {
		rows, accounts, err = s.readMore(path, spec)
	}
	if err != nil {
		return err
	}
	if err := s.CheckUnknown(path, unknowns(b.Tok, rows), to); err != nil {
		return err
	}
	set, err := Encode(spec, b.Tok, b.Model.NCtx, rows, accounts, s.tolerance())
	if err != nil {
		return err
	}
	reportAll(accounts, to)
	if s.Eval != "" && set.unlabelled {
		return train.BadOption("{Eval}: the rows of %s have no labels: want labels, or {Predict}", path)
	}
	head, err := heads.New(spec.Task, b.Model, 0)
	if err != nil {
		return err
	}
	task := &Task{Tuner: &heads.Tuner{Model: b.Model, Head: head, Micro: microOf(b.Model.NEmbd, spec), Group: s.Group}, Spec: spec}
	o, err := task.Judge(ctx, set)
	switch {
	case err != nil:
		return err
	case s.Eval != "":
		for _, line := range scoreLines(path, o) {
			fmt.Fprintln(out, line)
		}
		return nil
	case s.Out == "":
		return o.WritePredictions(out)
	case !s.Group.First():
		return nil
	}
	if err := atomicfile.Write(s.Out, o.WritePredictions); err != nil {
		return err
	}
	to.Note("wrote the predictions to %s", s.Out)
	return nil
}

// checkTuned refuses a base that was not fine-tuned.
func (b *Base) checkTuned() error {
	switch {
	case b.head.Task != "":
		return nil
	case b.Model.Store.Param("head.weight") != nil:
		return train.BadOption("{Model}: %s has a head but no %s, which says what its outputs are: want a whole run folder of this command", b.name, SpecFile)
	}
	return train.BadOption("{Model}: %s is no fine-tuned model: want a run folder of this command, with %s", b.name, SpecFile)
}

// readMore reads a file of the layout that the spec is of. To predict, rows without a label
// are as good as others.
func (s *Settings) readMore(path string, spec Spec) ([]loaders.Row, []tables.Account, error) {
	rows, accounts, err := s.readLike(path, spec)
	if err == nil && s.Predict != "" {
		rows = withUnlabelled(rows, accounts)
	}
	return rows, accounts, err
}

// readLike reads a file of the layout that the spec is of.
func (s *Settings) readLike(path string, spec Spec) ([]loaders.Row, []tables.Account, error) {
	if spec.Dataset != "" && s.Fields == "" {
		set, err := datasets.Find(spec.Dataset)
		if err != nil {
			return nil, nil, errors.WithMessage(err, SpecFile)
		}
		return set.ReadFile(path, s.tolerance())
	}
	of := *s
	of.Task, of.Regression = spec.Task, spec.Task == heads.Regression
	fields, err := of.fields()
	if err != nil {
		return nil, nil, err
	}
	if spec.Fields != nil && s.Fields == "" {
		lists := fields.Lists
		fields = *spec.Fields
		fields.Lists = lists
	}
	rows, account, err := ownFile{task: spec.Task, fields: fields, whole: spec.Task.Task().Whole(), open: &spec}.read(path, s.tolerance())
	return rows, []tables.Account{account}, err
}
