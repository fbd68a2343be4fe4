package files

import (
	"io"
	"path/filepath"

	"gorgpt/finetune"
	"gorgpt/internal/atomicfile"
	"gorgpt/loaders/datasets"
	"gorgpt/train"
)

// Submit writes the predictions for unlabelled test rows in the form that GLUE's server accepts: a
// file for each part, with columns index and prediction.
func Submit(dataset, dir string, o *finetune.Outcome, to train.Listener) error {
	if dataset == "" {
		return nil
	}
	set, err := datasets.Find(dataset)
	if err != nil {
		return err
	}
	for _, part := range o.PartNames() {
		name, found := set.Glue[part]
		if !found {
			continue
		}
		path := filepath.Join(dir, name+".tsv")
		if err := atomicfile.Write(path, func(w io.Writer) error { return o.WriteSubmission(w, part) }); err != nil {
			return err
		}
		to.Note("wrote the submission to %s", path)
		if n := o.Missing(part); n > 0 {
			to.Note("%s: the test file has unusable rows (%d): their prediction is %s", path, n, o.Blind())
		}
	}
	return nil
}
