package files

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"gorgpt/finetune"
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
		if !has(seen, name) {
			return train.BadOption("{Keep}: %s has no column %q: its columns are %s", path, name, tables.Shortened(namesOf(seen)))
		}
	}
	return nil
}

// namesOf returns the names of the columns.
func namesOf(seen tables.Preview) []string {
	names := make([]string, len(seen.Columns))
	for i, c := range seen.Columns {
		names[i] = c.Name
	}
	return names
}

// alikeLabels returns a note for each group of labels that differ only in case or blanks.
func alikeLabels(d *finetune.Data) (notes []string) {
	count := map[string]int{}
	for _, row := range d.Train {
		for _, label := range labelsIn(d.Spec, row) {
			count[label]++
		}
	}
	same := map[string][]string{}
	for _, label := range d.Spec.Labels {
		key := strings.ToLower(strings.Join(strings.Fields(label), ""))
		same[key] = append(same[key], label)
	}
	for _, label := range d.Spec.Labels {
		key := strings.ToLower(strings.Join(strings.Fields(label), ""))
		group := same[key]
		if len(group) < 2 {
			continue
		}
		delete(same, key)
		parts := make([]string, len(group))
		for i, label := range group {
			parts[i] = fmt.Sprintf("%q (%s)", label, plural.Of(count[label], "row"))
		}
		notes = append(notes, fmt.Sprintf("%s: labels that differ only in case or blanks are different classes: %s", d.Train[0].Path, strings.Join(parts, ", ")))
	}
	return notes
}

// labelsIn returns the labels of a row.
func labelsIn(s finetune.Spec, row loaders.Row) []string {
	if s.Task.Task().Fields().Lists {
		return strings.Split(row.Label.Text, "|")
	}
	return []string{row.Label.Text}
}
