package files

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"gorgpt/finetune"
	"gorgpt/heads"
	"gorgpt/loaders"
	"gorgpt/loaders/ledger"
	"gorgpt/loaders/tables"
	"gorgpt/train"
)

// readFiles reads the user's own files.
func (s reader) readFiles() (*finetune.Data, error) {
	fields, err := s.fields()
	if err != nil {
		return nil, err
	}
	d := &finetune.Data{Name: s.Train}
	if s.Train == finetune.Stdin {
		d.Name = stdinName
	}
	read := func(split int, path string, r ownFile) error {
		var err error
		*d.Splits()[split], d.Accounts[split], err = s.readOwn(path, r)
		return err
	}
	classes := s.Labels != "" || wholeLabels(s.Kind())
	if err = read(0, s.Train, ownFile{task: s.Kind(), fields: fields, whole: classes}); err != nil {
		return nil, err
	}
	if d.Spec, err = s.learn(d.Train); err != nil {
		return nil, err
	}
	if s.Fields != "" || s.Join != "" || s.Table != "" {
		later := fields
		if later.Table, err = layoutOfLater(fields.Table); err != nil {
			return nil, err
		}
		d.Spec.Fields = &later
	}
	if s.Dev != "" {
		if err = read(1, s.Dev, ownFile{task: s.Kind(), fields: fields, whole: d.Spec.Task.Task().Whole()}); err != nil {
			return nil, err
		}
	}
	if s.Test != "" {
		err = read(2, s.Test, ownFile{task: s.Kind(), fields: fields, whole: d.Spec.Task.Task().Whole(), open: &d.Spec})
	}
	return d, err
}

// wholeLabels reports whether labels such as 1.0 are certain to be integers. They are not if a
// [heads.Refiner] may make them scores when it has seen the rows.
func wholeLabels(k heads.Kind) bool {
	_, refines := k.Task().(heads.Refiner)
	return !refines && k.Task().Whole()
}

// learn is [finetune.Learn], unless the labels are given.
func (s reader) learn(rows []loaders.Row) (finetune.Spec, error) {
	if s.Labels == "" {
		return finetune.Learn(s.Kind(), rows)
	}
	spec := finetune.Spec{Task: s.Kind(), Space: heads.Space{Given: true}}
	for _, label := range strings.Split(s.Labels, ",") {
		spec.Labels = append(spec.Labels, strings.TrimSpace(label))
	}
	return spec, nil
}

// ownFile describes how to read one of the user's own files.
type ownFile struct {
	task   heads.Kind
	fields loaders.Fields
	whole  bool           // labels are classes or numbers of answers, never scores
	open   *finetune.Spec // spec of the model if rows may lack labels; nil if every row needs one
}

// readOwn reads the user's own files of one name, or standard input.
func (s reader) readOwn(name string, o ownFile) (all []loaders.Row, accounts []ledger.Account, err error) {
	joins := func(column string) bool { return strings.Contains(column, "+") }
	if s.Join != "" && !slices.ContainsFunc(o.fields.Texts, joins) {
		return nil, nil, train.BadOption("{Join} stands between the columns of a text, but {Fields} joins none: write %s=COLUMN+COLUMN", o.task.Task().Fields().Texts[0])
	}
	paths := s.Files(name)
	if name == finetune.Stdin {
		paths, name = []string{s.stdin}, stdinName
	}
	if s.Table == "" && !tables.IsTextTable(paths[0]) {
		o.fields.Table = "" // that of the training file
	}
	for _, path := range paths {
		called := name
		if len(paths) > 1 {
			called = name + " " + filepath.Base(path)
		}
		rows, account, err := o.read(path, called, s.Tolerance())
		if err != nil {
			return nil, nil, err
		}
		all, accounts = append(all, rows...), append(accounts, account)
	}
	return all, accounts, nil
}

// layoutOfLater returns the part of a layout that holds for later files, too: all but the encoding.
func layoutOfLater(table string) (string, error) {
	f, err := tables.ParseFormat(table)
	f.Encoding = ""
	return f.String(), train.InOption("Table", err)
}

// read reads a file, which messages call name. It leaves out rows without a label, unless no row has
// one.
func (o ownFile) read(path, name string, t ledger.Tolerance) ([]loaders.Row, ledger.Account, error) {
	o.fields.Open = o.open != nil
	f := o.fields
	seen, err := tables.Look(path, f, looked)
	if err != nil {
		return nil, ledger.Account{}, renamed(err, path, name)
	}
	if f.Lists {
		f.Label = labelColumn(seen, f.Label)
		o.fields.Label = f.Label
	}
	if err := o.checkColumns(name, seen); err != nil {
		return nil, ledger.Account{}, err
	}
	if err := checkKept(name, seen, f.Keep); err != nil {
		return nil, ledger.Account{}, err
	}
	f.Table = seen.Format.String() // as it was seen, whatever the fields are called by now
	rows, account, err := tables.Collect(path, tables.Own, f, t)
	if err != nil {
		return nil, account, o.suggest(renamed(err, path, name), seen)
	}
	if path != name {
		rename(rows, &account, name)
	}
	account.Layout = layoutOf(seen, rows, f)
	none := func(l loaders.Label) bool { return len(f.Texts) > 1 && l.Text == "-" }
	if o.open != nil {
		none = unlabelled(o.open, rows)
	}
	if o.open != nil && !slices.ContainsFunc(rows, func(r loaders.Row) bool { return !none(r.Label) }) {
		for i := range rows {
			rows[i].Label = loaders.Label{}
		}
		return rows, account, o.suggest(account.Check(t), seen)
	}
	accounts := []ledger.Account{account}
	rows, err = ledger.Sift(rows, accounts, t, func(r *loaders.Row) error {
		if none(r.Label) {
			return ledger.ErrUnlabelled
		}
		return nil
	})
	if err == nil {
		err = accounts[0].Check(t)
	}
	if o.whole {
		accounts[0].Notes = append(accounts[0].Notes, integers(rows)...)
	}
	return rows, accounts[0], o.suggest(err, seen)
}

// labelColumn returns the column with lists of labels: the one that is asked for or, if the file
// lacks it, the column label.
func labelColumn(seen tables.Preview, asked string) string {
	const other = "label"
	if !has(seen, asked) && has(seen, other) {
		return other
	}
	return asked
}

func has(seen tables.Preview, column string) bool {
	return slices.ContainsFunc(seen.Columns, func(c tables.Column) bool { return c.Name == column })
}

// unlabelled returns a function that reports whether a label stands for a missing one: a hyphen,
// used where annotators disagreed, or -1, used in published test files. Neither is missing if the
// spec has it as a label. A score of -1 is missing only if all rows have it.
func unlabelled(s *finetune.Spec, rows []loaders.Row) func(loaders.Label) bool {
	minus := func(l loaders.Label) bool { return l.Whole().Text == "-1" }
	if !s.Task.Task().Whole() && slices.ContainsFunc(rows, func(r loaders.Row) bool { return r.Label.Known() && !minus(r.Label) }) {
		minus = func(loaders.Label) bool { return false }
	}
	return func(l loaders.Label) bool {
		return !l.Known() || (l.Text == "-" || minus(l)) && !slices.Contains(s.Labels, l.Whole().Text)
	}
}

// integers turns labels such as 1.0 into integers and returns a note if there are any.
func integers(rows []loaders.Row) (notes []string) {
	for i, row := range rows {
		whole := row.Label.Whole()
		if whole != row.Label && notes == nil {
			notes = []string{fmt.Sprintf("whole-number labels with a decimal point are read as integers: %s as %s", row.Label.Text, whole.Text)}
		}
		rows[i].Label = whole
	}
	return notes
}

// withUnlabelled adds the rows that were left out because they have no label. It drops the labels
// of the other rows, since their predictions are not evaluated.
func withUnlabelled(rows []loaders.Row, accounts []ledger.Account) []loaders.Row {
	n := 0
	for _, a := range accounts {
		n += a.Unlabelled()
	}
	if n == 0 {
		return rows
	}
	var all []loaders.Row
	for _, e := range ledger.Merge(rows, accounts) {
		if e.Err == nil {
			e.Label = loaders.Label{}
			all = append(all, e.Row)
		}
	}
	for i := range accounts {
		a := &accounts[i]
		if n := a.Unlabelled(); n > 0 {
			a.Rows += n
			a.LeftOut = slices.DeleteFunc(a.LeftOut, func(l ledger.LeftOut) bool { return l.Err == nil })
			a.Notes = append(a.Notes, fmt.Sprintf("rows without a label: %d of %d; the predictions are not evaluated", n, a.Rows))
		}
	}
	return all
}
