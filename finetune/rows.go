package finetune

import (
	"cmp"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/pkg/errors"

	"gorgpt/heads"
	"gorgpt/loaders"
)

// Fields names the fields of a task's rows.
func Fields(kind heads.Kind) loaders.Fields {
	f := loaders.Fields{Label: "label"}
	switch kind {
	case heads.Classification:
		f.Texts = []string{"text"}
	case heads.Entailment:
		f.Texts = []string{"premise", "hypothesis"}
	case heads.Similarity, heads.Regression:
		f.Texts = []string{"a", "b"}
	case heads.MultipleChoice:
		f.Texts, f.Answers = []string{"context", "question"}, "answers"
	}
	return f
}

// fields are those of the files: what -fields says, and else the task's own names.
func (s *Settings) fields() (loaders.Fields, error) {
	f := Fields(s.Kind())
	names := map[string]*string{"label": &f.Label}
	for i := range f.Texts {
		names[f.Texts[i]] = &f.Texts[i]
	}
	if f.Answers != "" {
		names[f.Answers] = &f.Answers
	}
	want := f.String()
	if s.Fields == "" {
		return f, nil
	}
	for _, pair := range strings.Split(s.Fields, ",") {
		name, column, found := strings.Cut(pair, "=")
		into := names[strings.TrimSpace(name)]
		if !found || into == nil || strings.TrimSpace(column) == "" {
			return f, errors.Errorf("-fields: %q: want columns of the files for %s, such as %s=column", pair, want, f.Texts[0])
		}
		*into = strings.TrimSpace(column)
	}
	return f, nil
}

// Learn finds out from the training rows what there is to decide: the classes, sorted,
// as numbers if all are integers; or the most answers that a question has. Similarity
// becomes regression when any label is written as a number with a point.
//
// The ids of the special tokens are left to the caller.
func Learn(kind heads.Kind, rows []loaders.Row) (Spec, error) {
	isFloat := func(r loaders.Row) bool { return r.Label.Form == loaders.Float }
	if kind == heads.Similarity && slices.ContainsFunc(rows, isFloat) {
		kind = heads.Regression
	}
	spec := Spec{Task: kind}
	var err error
	switch kind {
	case heads.Regression:
		if !differ(rows) {
			err = errors.Errorf("%s: every score is %s: want two or more", rows[0].Path, rows[0].Label.Text)
		}
	case heads.MultipleChoice:
		for _, row := range rows {
			if n := len(row.Answers); n <= mostAnswers {
				spec.Choices = max(spec.Choices, n)
			}
		}
		if spec.Choices < 2 {
			err = errors.Errorf("%s: one answer leaves no choice: want two or more", rows[0].Place())
		}
	default:
		spec.Labels, err = labels(rows)
	}
	return spec, err
}

// differ tells whether there are two labels.
func differ(rows []loaders.Row) bool {
	return slices.ContainsFunc(rows, func(r loaders.Row) bool { return r.Label.Text != rows[0].Label.Text })
}

// labels lists the classes of the rows.
func labels(rows []loaders.Row) ([]string, error) {
	seen := map[string]bool{}
	for _, row := range rows {
		if row.Label.Form == loaders.Float {
			return nil, errors.Errorf("%s: label %s is no class: want a string or an integer", row.Place(), row.Label.Text)
		}
		seen[row.Label.Text] = true
	}
	names := slices.Sorted(maps.Keys(seen))
	if len(names) < 2 {
		return nil, errors.Errorf("%s: every label is %q: want two classes or more", rows[0].Path, names[0])
	}
	numbers := make(map[string]int, len(names))
	for _, name := range names {
		n, err := strconv.Atoi(name)
		if err != nil {
			return names, nil // not all are integers
		}
		numbers[name] = n
	}
	slices.SortStableFunc(names, func(a, b string) int { return cmp.Compare(numbers[a], numbers[b]) })
	return names, nil
}
