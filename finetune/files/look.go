package files

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"gorgpt/internal/plural"
	"gorgpt/loaders"
	"gorgpt/loaders/tables"
	"gorgpt/train"
)

// looked is the number of rows by which columns are proposed.
const looked = 200

// layoutOf says how a file is read, and shows its first row.
func layoutOf(seen tables.Preview, rows []loaders.Row, f loaders.Fields) string {
	var parts []string
	if format := seen.Format.String(); format != "" {
		parts = append(parts, "read as "+format)
	}
	if len(rows) > 0 {
		parts = append(parts, "the first row is "+shown(rows[0], f))
	}
	return strings.Join(parts, "; ")
}

// shown returns the beginning of a row, on one line.
func shown(row loaders.Row, f loaders.Fields) string {
	var parts []string
	for i, name := range f.Texts {
		parts = append(parts, fmt.Sprintf("%s %q", name, beginning(row.Texts[i])))
	}
	if len(row.Answers) > 0 {
		parts = append(parts, fmt.Sprintf("%s %q and %s more", f.Answers, beginning(row.Answers[0]), plural.Of(len(row.Answers)-1, "answer")))
	}
	if row.Label.Known() {
		parts = append(parts, fmt.Sprintf("%s %q", f.Label, beginning(row.Label.Text)))
	}
	for _, k := range row.Kept {
		parts = append(parts, fmt.Sprintf("%s %q", k.Column, beginning(k.Text)))
	}
	return strings.Join(parts, ", ")
}

// beginning is the beginning of a text, for a message.
func beginning(text string) string {
	const most = 50
	if utf8.RuneCountInString(text) <= most {
		return text
	}
	return string([]rune(text)[:most]) + "…"
}

// checkKept returns an error if a file lacks a column to keep.
func checkKept(path string, seen tables.Preview, keep []string) error {
	for _, name := range keep {
		switch columns := tables.Shortened(namesOf(seen)); {
		case has(seen, name):
		case isKeep(name):
			return train.BadOption("{KeepColumns} names columns, and %s has no column %q: write {Checkpoints} %s for a number of checkpoints, or name some of %s", path, name, name, columns)
		default:
			return train.BadOption("{KeepColumns}: %s has no column %q: its columns are %s", path, name, columns)
		}
	}
	return nil
}

// isKeep reports whether the name of a column may be meant as a [train.Keep], which once had the same flag.
func isKeep(name string) bool { return new(train.Keep).Set(name) == nil }

// namesOf returns the names of the columns.
func namesOf(seen tables.Preview) []string {
	names := make([]string, len(seen.Columns))
	for i, c := range seen.Columns {
		names[i] = c.Name
	}
	return names
}
