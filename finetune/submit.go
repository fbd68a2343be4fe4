package finetune

import (
	"fmt"
	"io"
	"path/filepath"
	"strconv"

	"gorgpt/heads"
	"gorgpt/internal/atomicfile"
	"gorgpt/loaders"
	"gorgpt/loaders/datasets"
)

// submit writes the predictions of test rows without labels in the form that GLUE's server
// takes: a file for each part, index and prediction.
func (j *Job) submit(dir string, o *Outcome, w io.Writer) error {
	if j.Dataset == "" {
		return nil
	}
	set, err := datasets.Find(j.Dataset)
	if err != nil {
		return err
	}
	var parts []string // in the order in which they come
	seen := map[string]bool{}
	for _, row := range j.testRows {
		if !seen[row.Part] {
			seen[row.Part] = true
			parts = append(parts, row.Part)
		}
	}
	for _, part := range parts {
		name, found := set.Glue[part]
		if !found {
			continue
		}
		path := filepath.Join(dir, name+".tsv")
		err := atomicfile.Write(path, func(w io.Writer) error { return writeSubmission(w, part, j.testRows, o) })
		if err != nil {
			return err
		}
		fmt.Fprintf(w, "wrote the submission to %s\n", path)
	}
	return nil
}

// writeSubmission writes the predictions of a part. A row without a number of its own has
// that of its place.
func writeSubmission(w io.Writer, part string, rows []loaders.Row, o *Outcome) error {
	if err := writeLine(w, []string{"index", "prediction"}); err != nil {
		return err
	}
	place := 0
	for i, row := range rows {
		if row.Part != part {
			continue
		}
		index := row.ID
		if _, err := strconv.Atoi(index); err != nil {
			index = strconv.Itoa(place)
		}
		place++
		predicted := o.Predictions[i].Predicted
		if o.spec.Task == heads.Regression {
			predicted = threeDigits(predicted)
		}
		if err := writeLine(w, []string{index, predicted}); err != nil {
			return err
		}
	}
	return nil
}

// threeDigits writes a score with as many digits behind the point as STS-B has.
func threeDigits(score string) string {
	x, err := strconv.ParseFloat(score, 64)
	if err != nil {
		return score
	}
	return strconv.FormatFloat(x, 'f', 3, 64)
}
