package files

import (
	"strings"

	"gorgpt/loaders"
	"gorgpt/train"
)

// fields are those of the files: what -fields says, and else the task's own names.
func (s reader) fields() (loaders.Fields, error) {
	f := s.Kind().Task().Fields()
	names := map[string]*string{"label": &f.Label, f.Label: &f.Label}
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
			return f, train.BadOption("{Fields}: %q: want columns of the files for %s, such as %s=column", pair, want, f.Texts[0])
		}
		*into = strings.TrimSpace(column)
	}
	return f, nil
}
