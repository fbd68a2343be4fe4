package datasets

import (
	"slices"
	"strings"

	"github.com/pkg/errors"

	"gorgpt/loaders"
	"gorgpt/loaders/ledger"
	"gorgpt/loaders/tables"
)

// Dataset is a published set of labelled examples.
type Dataset struct {
	Name    string            // of the dataset
	Task    string            // classification, entailment, similarity, regression or qa
	Metric  string            // as in the paper: acc, mcc, f1 or pearson
	Labels  []string          // of class 0, 1, …, or of the first, second, … answer; empty for scores
	aliases map[string]string // other spellings of labels
	Parts   []string          // parts that are also evaluated, and can be read, separately: RACE-middle
	Glue    map[string]string // name of the submission file of each part, without its extension; nil: none

	folders []string         // names of the folder and of its subfolders
	files   []files          // layouts, of which the best fit is used
	columns []loaders.Fields // names of columns, without the ID
	split   splitRule        // how the training rows are split; nil: they are not
	only    string           // the part to read; "": all
}

// files are the file names of one layout: patterns in the syntax of [filepath.Match].
type files struct {
	kind             tables.Kind
	train, dev, test []part
}

// part is a part of a split. It may be in several files.
type part struct{ name, pattern string }

// Data are the rows of a dataset. A split without files has no rows.
type Data struct {
	Train, Dev, Test []loaders.Row
	Accounts         []ledger.Account // of each file, in the order of the splits

	tests int // number of accounts of test files
}

// TestAccounts are the accounts of the test files.
func (d *Data) TestAccounts() []ledger.Account { return d.Accounts[len(d.Accounts)-d.tests:] }

// Find returns the dataset of this name, or a part of one, such as RACE-middle. It ignores case.
func Find(name string) (*Dataset, error) {
	for _, d := range table {
		if same(name, d.Name) {
			return &d, nil
		}
		for _, p := range d.Parts {
			if same(name, d.Name+"-"+p) {
				d.Name, d.only = d.Name+"-"+p, p
				return &d, nil
			}
		}
	}
	return nil, errors.Errorf("unknown dataset %q: the datasets are %s", name, strings.Join(Names(), ", "))
}

// same compares names. It ignores case, hyphens, underscores and spaces.
func same(a, b string) bool {
	bare := strings.NewReplacer("-", "", "_", "", " ", "")
	return strings.EqualFold(bare.Replace(a), bare.Replace(b))
}

// Names lists all datasets and parts.
func Names() (all []string) {
	for _, d := range table {
		all = append(all, d.Name)
		for _, p := range d.Parts {
			all = append(all, d.Name+"-"+p)
		}
	}
	return all
}

// Read reads the dataset from dir, which is its folder or contains it. There must be training rows; a
// dev or test split without files has no rows.
func (d *Dataset) Read(dir string, t ledger.Tolerance) (*Data, error) {
	place, err := d.locate(dir)
	if err != nil {
		return nil, err
	}
	data := &Data{}
	for i := range place.test {
		place.test[i].open = true
		data.tests += len(place.test[i].paths)
	}
	for _, s := range []struct {
		parts []found
		rows  *[]loaders.Row
	}{{place.train, &data.Train}, {place.dev, &data.Dev}, {place.test, &data.Test}} {
		for _, p := range s.parts {
			rows, accounts, err := d.readPart(p, t)
			if err != nil {
				return nil, err
			}
			*s.rows = append(*s.rows, rows...)
			data.Accounts = append(data.Accounts, accounts...)
		}
	}
	if d.split != nil {
		if err := d.split(data, place.dir); err != nil {
			return nil, err
		}
	}
	for _, rows := range [][]loaders.Row{data.Train, data.Dev} {
		if len(rows) > 0 && !rows[0].Label.Known() {
			return nil, errors.Errorf("%s: the rows have no labels, but training and development rows need them", rows[0].Path)
		}
	}
	return data, nil
}

// readPart reads the files of a part.
func (d *Dataset) readPart(p found, t ledger.Tolerance) (all []loaders.Row, accounts []ledger.Account, err error) {
	for _, path := range p.paths {
		rows, account, err := d.read(path, p, t)
		if err != nil {
			return nil, nil, err
		}
		for i := range rows {
			rows[i].Part = p.name
		}
		for i := range account.LeftOut {
			account.LeftOut[i].Row.Part = p.name
		}
		all, accounts = append(all, rows...), append(accounts, account)
	}
	return all, accounts, nil
}

// ReadFile reads one file of any layout of the dataset, or, for RACE and other sets of many files, a
// folder of them. Either all rows have labels or none has.
func (d *Dataset) ReadFile(path string, t ledger.Tolerance) ([]loaders.Row, []ledger.Account, error) {
	p, err := d.single(path)
	if err != nil {
		return nil, nil, err
	}
	p.open = true
	return d.readPart(p, t)
}

// read reads a file.
func (d *Dataset) read(path string, p found, t ledger.Tolerance) ([]loaders.Row, ledger.Account, error) {
	fields, err := d.fields(path, p.kind)
	if err != nil {
		return nil, ledger.Account{}, err
	}
	fields.Open = p.open
	rows, account, err := tables.Collect(path, p.kind, fields, t)
	if err != nil {
		return nil, account, err
	}
	rows, err = d.label(rows, &account, t)
	if err == nil {
		err = account.Check(t)
	}
	return rows, account, err
}

// ids are columns that identify rows, in the order of preference. The last is that of MRPC, whose
// training rows are split by it.
var ids = []string{"index", "idx", "id", "example_id", "#1 ID+#2 ID"}

// fields returns the columns of a file. If it has no label column, the rows are unlabelled.
func (d *Dataset) fields(path string, kind tables.Kind) (loaders.Fields, error) {
	columns, err := tables.Columns(path, kind)
	if err != nil {
		return loaders.Fields{}, err
	}
	has := map[string]bool{"": true}
	for _, name := range columns {
		has[name] = true
	}
	hasAll := func(names ...string) bool {
		for _, name := range names {
			for _, column := range strings.Split(name, "+") {
				if !has[column] {
					return false
				}
			}
		}
		return true
	}
	for _, labelled := range []bool{true, false} {
		for _, f := range d.columns {
			if f.Header != nil || !hasAll(append([]string{f.Answers}, f.Texts...)...) || labelled && !has[f.Label] {
				continue
			}
			if !labelled {
				f.Label = ""
			}
			for _, id := range ids {
				if hasAll(id) {
					f.ID = id
					break
				}
			}
			return f, nil
		}
	}
	for _, f := range d.columns {
		if len(f.Header) > 0 && len(columns) >= needed(f) && len(columns) <= len(f.Header) {
			return f, nil
		}
	}
	return loaders.Fields{}, errors.Errorf("%s: the file does not have the columns of %s: it must have %s, but it has %s", path, d.Name, d.wanted(), tables.Shortened(columns))
}

// needed is the number of columns that a file without a header line must have.
func needed(f loaders.Fields) (n int) {
	for i, name := range f.Header {
		if name == f.Label || slices.Contains(f.Texts, name) {
			n = i + 1
		}
	}
	return n
}

// wanted lists the columns of each layout.
func (d *Dataset) wanted() string {
	var all []string
	for _, f := range d.columns {
		text := f.String()
		if f.Header != nil {
			text += " without a header line"
		}
		all = append(all, text)
	}
	return strings.Join(all, ", or ")
}
