package finetune

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/pkg/errors"

	"gorgpt/heads"
	"gorgpt/loaders"
	"gorgpt/loaders/tables"
)

// mostAnswers is how many answers a question may have. All of them are computed at once.
const mostAnswers = 1000

// Target is what a row's label says: the class or the number of the right answer; for
// regression the score.
func (s Spec) Target(row loaders.Row) (label int32, score float32, err error) {
	switch s.Task {
	case heads.Regression:
		score, err = scoreOf(row.Label)
	case heads.MultipleChoice:
		label, err = choiceOf(row)
	default:
		label, err = s.classOf(row.Label)
	}
	return label, score, err
}

// check says what is wrong with a row: its label, if it has one, or its number of answers. To
// train on, a question must have two answers or more.
func (s Spec) check(row *loaders.Row, train bool) error {
	if n := len(row.Answers); s.Task == heads.MultipleChoice {
		switch {
		case n > mostAnswers:
			return errors.Errorf("%d answers: want %d or fewer", n, mostAnswers)
		case n == 0:
			return errors.New("the question has no answers")
		case n < 2 && train:
			return errors.New("one answer leaves no choice: want two or more to train on")
		}
	}
	if !row.Label.Known() {
		return nil
	}
	_, _, err := s.Target(*row)
	return err
}

// usable leaves out the rows that fail a check, as broken, and checks the accounts of their
// files.
func (s Spec) usable(rows []loaders.Row, train bool, accounts []tables.Account, t tables.Tolerance) ([]loaders.Row, error) {
	rows, err := tables.Sift(rows, accounts, t, func(row *loaders.Row) error { return s.check(row, train) })
	if err != nil {
		return nil, err
	}
	return rows, checkAll(accounts, t)
}

// checkAll checks the accounts of several files.
func checkAll(accounts []tables.Account, t tables.Tolerance) error {
	for _, a := range accounts {
		if err := a.Check(t); err != nil {
			return err
		}
	}
	return nil
}

func scoreOf(l loaders.Label) (float32, error) {
	if l.Form == loaders.String {
		return 0, errors.Errorf("label %q is a string: want a number, as the task is regression", l.Text)
	}
	x, err := strconv.ParseFloat(l.Text, 32)
	if err != nil || !(math.Abs(x) <= 1e6) {
		return 0, errors.Errorf("label %s: want a number between -1000000 and 1000000", l.Text)
	}
	return float32(x), nil
}

func choiceOf(row loaders.Row) (int32, error) {
	n := len(row.Answers)
	i, err := strconv.Atoi(row.Label.Text)
	if err != nil || i < 0 || i >= n {
		return 0, errors.Errorf("label %s: want the number of the right answer, 0 to %d", row.Label.Text, n-1)
	}
	return int32(i), nil
}

func (s Spec) classOf(l loaders.Label) (int32, error) {
	i := slices.Index(s.Labels, l.Text)
	switch {
	case i >= 0:
		return int32(i), nil
	case s.given:
		return 0, errors.Errorf("label %q is missing in -labels: it is not %s", l.Text, oneOf(s.Labels))
	}
	return 0, errors.Errorf("label %q does not occur in the training file: want %s", l.Text, oneOf(s.Labels))
}

// oneOf lists labels for an error, at most ten.
func oneOf(labels []string) string {
	const enough = 10
	if len(labels) > enough {
		return fmt.Sprintf("one of %s, … (%d in all)", strings.Join(labels[:enough], ", "), len(labels))
	}
	return "one of " + strings.Join(labels, ", ")
}
