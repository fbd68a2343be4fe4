package finetune

import (
	"io"
	"path/filepath"
	"slices"
	"strconv"

	"gorgpt/heads"
	"gorgpt/internal/atomicfile"
	"gorgpt/loaders/datasets"
	"gorgpt/train"
)

// submit writes the predictions of test rows without labels in the form that GLUE's server
// takes: a file for each part, index and prediction.
func (j *Job) submit(dir string, o *Outcome, to train.Listener) error {
	if j.Dataset == "" {
		return nil
	}
	set, err := datasets.Find(j.Dataset)
	if err != nil {
		return err
	}
	for _, part := range o.partNames() {
		name, found := set.Glue[part]
		if !found {
			continue
		}
		path := filepath.Join(dir, name+".tsv")
		if err := atomicfile.Write(path, func(w io.Writer) error { return o.writeSubmission(w, part) }); err != nil {
			return err
		}
		to.Note("wrote the submission to %s", path)
		_, what := o.judge.Blind()
		if n := o.missing(part); n > 0 {
			to.Note("%s: %d rows of the test file could not be used: they have %s", path, n, what)
		}
	}
	return nil
}

// partNames are the parts of the set, in the order in which they come.
func (o *Outcome) partNames() (names []string) {
	for _, l := range o.lines() {
		if !slices.Contains(names, l.part) {
			names = append(names, l.part)
		}
	}
	return names
}

// missing is how many rows of a part were left out.
func (o *Outcome) missing(part string) (n int) {
	for _, at := range o.leftOut {
		if at.part == part {
			n++
		}
	}
	return n
}

// writeSubmission writes a prediction for every row of a part's file, also for those that were
// left out. A row without an id has that of its place in the file, from 0 on.
func (o *Outcome) writeSubmission(w io.Writer, part string) error {
	if err := writeLine(w, []string{"index", "prediction"}); err != nil {
		return err
	}
	for _, l := range o.lines() {
		if l.part != part {
			continue
		}
		index := l.id
		if _, err := strconv.Atoi(index); err != nil {
			index = strconv.Itoa(l.number - 1)
		}
		predicted := l.Predicted
		if predicted == "" {
			predicted, _ = o.judge.Blind()
		}
		if s, ok := o.spec.Task.Task().(heads.Submitter); ok {
			predicted = s.Submission(predicted)
		}
		if err := writeLine(w, []string{index, predicted}); err != nil {
			return err
		}
	}
	return nil
}
