package loaders

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// Names of the paper's tasks, which say what the rows of a dataset are for. Package heads has
// what belongs to each.
const (
	Classification = "classification"
	Entailment     = "entailment"
	Similarity     = "similarity" // of a pair, as classes
	Regression     = "regression" // of a pair, as a score
	QA             = "qa"
)

// Fields names the columns of a labelled row. Where several make up one text, or one each
// of the answers, their names stand with a plus between them.
// Fields are safe for concurrent use as long as nothing changes them.
type Fields struct {
	Texts   []string `json:"texts"`             // one text each; "" for one that rows do not have
	Answers string   `json:"answers,omitempty"` // a list of texts; "" if rows have none
	Label   string   `json:"label,omitempty"`   // "" if rows have none
	ID      string   `json:"id,omitempty"`      // what tells rows apart; "" if nothing does
	Header  []string `json:"header,omitempty"`  // names of the columns of a file that has no header line

	// Longer is how many columns those rows have that are longer than the header and end with
	// the label, as validated rows of GLUE's SNLI do; 0: there are none such.
	Longer int `json:"-"`

	// Open is whether rows may lack the label: it is empty or null, or there is none.
	Open bool `json:"-"`

	// Lists is whether the label may be a list of labels.
	Lists bool `json:"-"`
}

// String lists the fields for a person to read.
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

// Row is one labelled example, or one to be labelled.
// A Row is safe for concurrent use as long as nothing changes it.
type Row struct {
	Path    string
	Line    int
	Number  int      // of the row in its file, from 1 on, counting also those that are left out; a header line is no row
	ID      string   // what the file calls it; "" if it does not
	Part    string   // of a set that has several, such as the matched and the mismatched pairs
	Texts   []string // in the order of Fields.Texts
	Answers []string
	Label   Label
}

// Place is where the row stands, for errors.
func (r Row) Place() string { return fmt.Sprintf("%s:%d", r.Path, r.Line) }

// Label is what a row is labelled with. The string "1" and the integer 1 have one
// Text, and are one label. Without a text, the row has no label.
// A Label is safe for concurrent use as long as nothing changes it.
type Label struct {
	Text string // a string without its quotes, a number as it is written
	Form Form
}

// Known reports whether there is a label.
func (l Label) Known() bool { return l.Text != "" }

// Whole is a number without a fraction as an integer, as other programs write 1.0 for 1. Any
// other label stays as it is.
func (l Label) Whole() Label {
	x, err := strconv.ParseFloat(l.Text, 64)
	if l.Form != Float || err != nil || x != math.Trunc(x) || math.Abs(x) > 1<<53 {
		return l
	}
	return Label{Text: strconv.FormatInt(int64(x), 10), Form: Integer}
}

// Form is how a label is written.
// A Form is safe for concurrent use.
type Form int

// The forms of labels. A number with a point or an exponent is a Float.
const (
	String Form = iota
	Integer
	Float
)
