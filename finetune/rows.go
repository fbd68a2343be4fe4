package finetune

import (
	"strings"

	"gorgpt/heads"
	"gorgpt/loaders"
	"gorgpt/train"
)

// fields are those of the files: what -fields says, and else the task's own names.
func (s *Settings) fields() (loaders.Fields, error) {
	f := s.Kind().Task().Fields()
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
			return f, train.BadOption("{Fields}: %q: want columns of the files for %s, such as %s=column", pair, want, f.Texts[0])
		}
		*into = strings.TrimSpace(column)
	}
	return f, nil
}

// Learn finds out from the training rows what there is to decide. Similarity becomes regression
// when any label is written as a number with a point.
//
// The ids of the special tokens are left to the caller.
func Learn(kind heads.Kind, rows []loaders.Row) (Spec, error) {
	task, err := heads.Of(kind)
	if err != nil {
		return Spec{}, err
	}
	if r, refines := task.(heads.Refiner); refines {
		kind = r.Refine(rows)
	}
	spec := Spec{Task: kind}
	spec.Space, err = kind.Task().Space(rows)
	return spec, err
}
