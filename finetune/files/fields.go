package files

import (
	"strings"

	"gorgpt/loaders"
	"gorgpt/train"
)

// fields returns the column names of the files: those in Fields, and the task's defaults for the
// rest.
func (s reader) fields() (loaders.Fields, error) {
	f := s.Kind().Task().Fields()
	names := map[string]*string{"label": &f.Label, f.Label: &f.Label}
	for i := range f.Texts {
		names[f.Texts[i]] = &f.Texts[i]
	}
	if f.Answers != "" {
		names[f.Answers] = &f.Answers
	}
	want, first := f.String(), f.Texts[0]
	f.Join, f.Table, f.Keep = unescaped(s.Join), s.Table, s.Kept()
	if s.Fields == "" {
		return f, nil
	}
	for _, pair := range strings.Split(s.Fields, ",") {
		name, column, found := strings.Cut(pair, "=")
		into := names[strings.TrimSpace(name)]
		if !found || into == nil || strings.TrimSpace(column) == "" {
			return f, train.BadOption("{Fields}: %q does not assign a column to one of %s: write %s=column, for example", pair, want, first)
		}
		*into = strings.TrimSpace(column)
	}
	return f, nil
}

// unescaped replaces \n and \t, which are hard to type, by a line break and a tab.
func unescaped(join string) string { return strings.NewReplacer(`\n`, "\n", `\t`, "\t").Replace(join) }
