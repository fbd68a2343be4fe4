package loaders

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// Names of the paper's tasks, for which datasets have rows. Package heads implements the tasks.
const (
	Classification = "classification"
	Entailment     = "entailment"
	Similarity     = "similarity" // of a pair, as classes
	Regression     = "regression" // of a pair, as a score
	QA             = "qa"
)

// Fields names the columns of a labelled row. If several columns make up one text, or each holds an
// answer, their names are joined with a plus.
// Fields are safe for concurrent use as long as nothing changes them.
type Fields struct {
	Texts   []string `json:"texts"`             // a column for each text; "": rows do not have this text
	Answers string   `json:"answers,omitempty"` // a list of texts; "": none
	Label   string   `json:"label,omitempty"`   // "": none
	ID      string   `json:"id,omitempty"`      // identifies the row; "": none
	Header  []string `json:"header,omitempty"`  // names of the columns of a file that has no header line
	Join    string   `json:"join,omitempty"`    // stands between the columns of one text; "": a space
	Table   string   `json:"table,omitempty"`   // layout of a text table: header=no,delimiter=tab; what it does not name is recognised

	// Keep are columns that go unchanged into [Row.Kept].
	Keep []string `json:"-"`

	// Longer is the number of columns of rows that are longer than the header and end with the
	// label, as in GLUE's SNLI; 0: there are no such rows.
	Longer int `json:"-"`

	// Open says that rows may lack the label: it may be empty, null or missing.
	Open bool `json:"-"`

	// Lists says that the label may be a list of labels.
	Lists bool `json:"-"`
}

// String lists the fields for messages.
func (f Fields) String() string {
	var names []string
	for _, name := range append(slices.Clone(f.Texts), f.Answers) {
		if name != "" {
			names = append(names, name)
		}
	}
	if f.Label == "" {
		return strings.Join(names, ", ")
	}
	return strings.Join(names, ", ") + " and " + f.Label
}

// Row is a labelled example, or one without a label.
// A Row is safe for concurrent use as long as nothing changes it.
type Row struct {
	Path    string
	Line    int
	Number  int      // of the row in its file, from 1; rows that are left out count, a header line does not
	ID      string   // the id in the file; "": none
	Part    string   // of a set with several, such as matched and mismatched pairs
	Texts   []string // in the order of Fields.Texts
	Answers []string
	Label   Label
	Kept    []Kept // in the order of Fields.Keep
}

// Kept is a value of a column that is passed on with its row.
// A Kept is safe for concurrent use.
type Kept struct{ Column, Text string }

// Place is the file and line of the row, for errors.
func (r Row) Place() string {
	if r.Path == "" {
		return "a row of the program"
	}
	return fmt.Sprintf("%s:%d", r.Path, r.Line)
}

// File is the file of the row, for errors that concern all of its rows.
func (r Row) File() string { return cmp.Or(r.Path, "the rows of the program") }

// Label is the label of a row. The string "1" and the integer 1 have the same Text and are the same
// label. If Text is empty, the row has no label.
// A Label is safe for concurrent use as long as nothing changes it.
type Label struct {
	Text string // a string without its quotes, a number as it is written
	Form Form
}

// Known reports whether there is a label.
func (l Label) Known() bool { return l.Text != "" }

// Whole turns a number without a fraction into an integer, because other programs write 1.0 for 1. Any
// other label is returned unchanged.
func (l Label) Whole() Label {
	x, err := strconv.ParseFloat(l.Text, 64)
	if l.Form != Float || err != nil || x != math.Trunc(x) || math.Abs(x) > 1<<53 {
		return l
	}
	return Label{Text: strconv.FormatInt(int64(x), 10), Form: Integer}
}

// Form is the form in which a label is written.
// A Form is safe for concurrent use.
type Form int

// The forms of labels. A number with a point or an exponent is a Float.
const (
	String Form = iota
	Integer
	Float
)
