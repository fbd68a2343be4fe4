package datasets

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/pkg/errors"

	"gorgpt/loaders"
	"gorgpt/loaders/ledger"
)

// label replaces the labels of the file by those of the dataset, or for qa by the number of the right
// answer. Rows without a label are left out, unless no row has one.
func (d *Dataset) label(rows []loaders.Row, a *ledger.Account, t ledger.Tolerance) ([]loaders.Row, error) {
	if !slices.ContainsFunc(rows, func(r loaders.Row) bool { return !none(r.Label) }) { // a test set
		for i := range rows {
			rows[i].Label = loaders.Label{}
		}
		return rows, nil
	}
	accounts := []ledger.Account{*a}
	rows, err := ledger.Sift(rows, accounts, t, func(row *loaders.Row) (err error) {
		if none(row.Label) {
			return ledger.ErrUnlabelled
		}
		row.Label, err = d.target(*row)
		return err
	})
	*a = accounts[0]
	return rows, err
}

// none reports whether a label says that there is none: a hyphen where annotators did not
// agree, or a number below 0 in the files of Hugging Face's hub.
func none(l loaders.Label) bool {
	return !l.Known() || l.Text == "-" || l.Form != loaders.String && strings.HasPrefix(l.Text, "-")
}

// mostScore is far above the scores of any dataset.
const mostScore = 1000000

// target returns the label of a row in the dataset's form.
func (d *Dataset) target(row loaders.Row) (loaders.Label, error) {
	l := row.Label
	if len(d.Labels) == 0 {
		if x, err := strconv.ParseFloat(l.Text, 32); err != nil || !(math.Abs(x) <= mostScore) {
			return l, errors.Errorf("label %q: the score must be a number between %d and %d", l.Text, -mostScore, mostScore)
		}
		return loaders.Label{Text: l.Text, Form: loaders.Float}, nil
	}
	i := d.class(l)
	if i < 0 {
		return l, errors.Errorf("unknown label %q: the labels are %s", l.Text, strings.Join(d.Labels, ", "))
	}
	if d.Task != loaders.QA {
		return loaders.Label{Text: d.Labels[i]}, nil
	}
	if n := len(row.Answers); n != len(d.Labels) {
		return l, errors.Errorf("the row has %d answers, but it must have %d", n, len(d.Labels))
	}
	return loaders.Label{Text: strconv.Itoa(i), Form: loaders.Integer}, nil
}

// class is the number of a label; -1 if it is unknown. Numbers that are not names of labels, as in the
// files of Hugging Face's hub, are numbers of classes.
func (d *Dataset) class(l loaders.Label) int {
	l = l.Whole()
	name := strings.TrimSpace(l.Text)
	if at := slices.Index([]string{"false", "true"}, name); at >= 0 && slices.Equal(d.Labels, []string{"0", "1"}) {
		return at
	}
	if alias, found := d.aliases[strings.ToLower(name)]; found {
		name = alias
	}
	for i, label := range d.Labels {
		if strings.EqualFold(name, label) {
			return i
		}
	}
	if i, err := strconv.Atoi(name); err == nil && l.Form == loaders.Integer && i >= 0 && i < len(d.Labels) {
		return i
	}
	return -1
}
