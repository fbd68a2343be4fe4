package files

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/pkg/errors"

	"gorgpt/finetune"
	"gorgpt/internal/atomicfile"
	"gorgpt/loaders"
	"gorgpt/loaders/datasets"
	"gorgpt/loaders/ledger"
	"gorgpt/train"
)

// Apply applies a fine-tuned model to the rows of a file. With Eval, it writes the scores to out,
// and the report to the folder that Out names, if any.
// With Predict, it writes the predictions to the file that Out names, or to out without a name.
// The rows must have the layout that the model was trained on, unless Fields describes another.
// The file [finetune.Stdin] is read from in, and Out may name standard output so.
func Apply(ctx context.Context, o finetune.Options, in io.Reader, out io.Writer, to train.Listener) error {
	s := reader{Options: o}
	b, err := finetune.ReadTuned(s.Folder(s.Model), s.Dtype)
	if err != nil {
		return err
	}
	for _, note := range b.Notes() {
		to.Note("note: %s", note)
	}
	spec, path := b.Spec(), s.Eval
	if err := checkDataset(spec); err != nil {
		return errors.WithMessage(err, filepath.Join(s.Model, finetune.SpecFile))
	}
	if path == "" {
		path = s.Predict
	}
	var rows []loaders.Row
	var accounts []ledger.Account
	if path == finetune.Stdin {
		path = stdinName
		rows, accounts, err = s.readStdin(ctx, in, spec)
	} else {
		rows, accounts, err = s.readMore(path, spec)
	}
	if err != nil {
		return err
	}
	outcome, err := s.Judge(ctx, b, rows, accounts, path, to)
	switch {
	case err != nil:
		return err
	case s.Eval != "":
		return s.writeScores(outcome, path, out, to)
	case s.Out == "" || s.Out == finetune.Stdin:
		return outcome.WritePredictions(out)
	case !s.Group.First():
		return nil
	}
	if err := atomicfile.Write(s.Out, outcome.WritePredictions); err != nil {
		return err
	}
	to.Note("wrote the predictions to %s", s.Out)
	return nil
}

// EvalFiles are the files that Apply may write to the folder of Out with Eval.
func EvalFiles() []string {
	return []string{finetune.ReportFile, finetune.ErrorsFile, finetune.PredictionsFile, confusionFile, scatterFile}
}

// writeScores writes the scores and the tables of a report to out and, if Out names a folder, the
// report, the worst rows, the predictions and the pictures to it.
func (s reader) writeScores(o *finetune.Outcome, name string, out io.Writer, to train.Listener) error {
	r := o.Report(filepath.Base(name), s.Seed)
	if _, err := fmt.Fprintf(out, "%s\n\n%s", strings.Join(o.Scores(name), "\n"), r); err != nil {
		return errors.Wrap(err, "writing the scores")
	}
	if s.Out == "" || !s.Group.First() {
		return nil
	}
	if err := os.MkdirAll(s.Out, 0o777); err != nil {
		return errors.Wrap(err, "making the folder of the report")
	}
	if err := o.WriteReports(s.Out, r); err != nil {
		return err
	}
	if err := atomicfile.Write(filepath.Join(s.Out, finetune.PredictionsFile), o.WritePredictions); err != nil {
		return err
	}
	if err := Draw(s.Out, r); err != nil {
		return err
	}
	to.Note("wrote the report to %s", s.Out)
	return nil
}

// readStdin reads rows from in as [reader.readMore] does.
func (s reader) readStdin(ctx context.Context, in io.Reader, spec finetune.Spec) (rows []loaders.Row, accounts []ledger.Account, err error) {
	err = keepStdin(ctx, s.Group, in, func(copied string) (err error) {
		s.stdin = copied
		rows, accounts, err = s.readMore(finetune.Stdin, spec)
		return err
	})
	return rows, accounts, err
}

// readMore reads a file in the layout that the spec describes. For prediction, it keeps rows
// without a label.
func (s reader) readMore(path string, spec finetune.Spec) ([]loaders.Row, []ledger.Account, error) {
	rows, accounts, err := s.readLike(path, spec)
	if err == nil && s.Eval == "" {
		rows = withUnlabelled(rows, accounts)
		dropUnknownLabels(spec, rows, accounts)
	}
	return rows, accounts, err
}

// dropUnknownLabels drops all labels if the model lacks some of them. Prediction needs none.
func dropUnknownLabels(spec finetune.Spec, rows []loaders.Row, accounts []ledger.Account) {
	unknown := 0
	for _, row := range rows {
		if _, err := spec.Target(row); row.Label.Known() && err != nil {
			unknown++
		}
	}
	if unknown == 0 {
		return
	}
	for i := range rows {
		rows[i].Label = loaders.Label{}
	}
	a := &accounts[0]
	a.Notes = append(a.Notes, fmt.Sprintf("rows with a label that the model lacks: %d of %d; the predictions are not evaluated", unknown, len(rows)))
}

// readLike reads a file in the layout that the spec describes.
func (s reader) readLike(path string, spec finetune.Spec) ([]loaders.Row, []ledger.Account, error) {
	if spec.Dataset != "" && s.Fields == "" {
		return s.readLikeDataset(path, spec.Dataset)
	}
	fields, err := reader{s.WithKind(spec.Task), s.stdin}.fields()
	if err != nil {
		return nil, nil, err
	}
	if spec.Fields != nil && s.Join == "" {
		fields.Join = spec.Fields.Join
	}
	if spec.Fields != nil && s.Fields == "" {
		given := fields
		fields = *spec.Fields
		fields.Lists, fields.Keep, fields.Join = given.Lists, given.Keep, given.Join
		if s.Table != "" {
			fields.Table = given.Table
		}
	}
	return s.readOwn(path, ownFile{task: spec.Task, fields: fields, whole: spec.Task.Task().Whole(), open: &spec})
}

// readLikeDataset reads a file in a layout of a dataset.
func (s reader) readLikeDataset(path, name string) ([]loaders.Row, []ledger.Account, error) {
	set, err := datasets.Find(name)
	if err != nil {
		return nil, nil, errors.WithMessage(err, finetune.SpecFile)
	}
	if s.Join != "" || s.Table != "" || s.KeepColumns != "" {
		return nil, nil, train.BadOption("{Join}, {Table} and {KeepColumns} describe your own files, but the model knows the columns of %s: add {Fields} to name them", set.Name)
	}
	paths := s.Files(path)
	copied := path == finetune.Stdin
	if copied {
		paths = []string{s.stdin}
	}
	var all []loaders.Row
	var accounts []ledger.Account
	for _, path := range paths {
		rows, some, err := set.ReadFile(path, s.Tolerance())
		if err != nil && copied {
			err = renamed(err, path, stdinName)
		}
		if err != nil {
			return nil, nil, err
		}
		for i := range some {
			if copied {
				rename(rows, &some[i], stdinName)
			}
		}
		all, accounts = append(all, rows...), append(accounts, some...)
	}
	return all, accounts, nil
}

// checkDataset compares the spec of a model with the dataset that it names.
func checkDataset(s finetune.Spec) error {
	if s.Dataset == "" {
		return nil
	}
	set, err := datasets.Find(s.Dataset)
	if err != nil {
		return errors.WithMessage(err, "dataset")
	}
	want := SpecOf(set)
	switch {
	case s.Task != want.Task:
		return errors.Errorf("dataset %s is for %s, but the task is %s", s.Dataset, want.Task, s.Task)
	case !slices.Equal(s.Labels, want.Labels):
		return errors.Errorf("labels are %q, but %s has %q", s.Labels, s.Dataset, want.Labels)
	case s.Choices != want.Choices:
		return errors.Errorf("choices is %d, but %s has %d", s.Choices, s.Dataset, want.Choices)
	case s.Metric != want.Metric && s.Metric != "":
		return errors.Errorf("metric is %q, but %s has %q", s.Metric, s.Dataset, want.Metric)
	}
	return nil
}
