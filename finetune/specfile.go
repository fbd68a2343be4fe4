package finetune

import (
	"encoding/json"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"github.com/pkg/errors"

	"gorgpt/checkpoint"
	"gorgpt/gpt1"
	"gorgpt/heads"
	"gorgpt/internal/plural"
	"gorgpt/internal/regular"
	"gorgpt/tokenizer"
)

// mostSpec is the greatest size of a task.json in bytes.
const mostSpec = 16 << 20

// ReadSpec reads and checks the task.json of a model folder. If there is no such file, the error
// is [os.ErrNotExist].
func ReadSpec(dir string) (Spec, error) {
	path := filepath.Join(dir, SpecFile)
	data, err := regular.ReadFile(path, "the task of the model", mostSpec)
	if err != nil {
		return Spec{}, err
	}
	var format struct{ Format int }
	_ = json.Unmarshal(data, &format) // errors are found below
	if err := checkpoint.CheckFormat(path, format.Format, SpecFormat); err != nil {
		return Spec{}, err
	}
	var s Spec
	if err = knownKeys(data, "format", "task", "labels", "choices", "thresholds", "special_ids", "dataset", "fields", "metric", "long", "baseline", "temperature"); err == nil {
		err = json.Unmarshal(data, &s)
	}
	var wrong *json.UnmarshalTypeError
	switch {
	case errors.As(err, &wrong):
		err = errors.Errorf("%s must not be a JSON %s", strings.TrimPrefix(wrong.Field, "Space."), wrong.Value)
	case err == nil:
		if err = s.validate(); err == nil {
			err = completeIDs(data)
		}
	}
	return s, errors.WithMessage(err, path)
}

// knownKeys checks that data is a JSON object with no other keys than the given ones.
func knownKeys(data []byte, known ...string) error {
	var top map[string]json.RawMessage
	if err := json.Unmarshal(data, &top); err != nil {
		return errors.New("must be a JSON object as fine-tuning writes it")
	}
	for _, key := range slices.Sorted(maps.Keys(top)) {
		if !slices.Contains(known, key) {
			return errors.Errorf("unknown key %q: the keys are %s", key, strings.Join(known, ", "))
		}
	}
	return nil
}

// completeIDs checks that each special token has an id.
func completeIDs(data []byte) error {
	var top struct {
		IDs map[string]int32 `json:"special_ids"`
	}
	names := []string{"classify", "delimiter", "start"}
	if err := json.Unmarshal(data, &top); err != nil || !slices.Equal(slices.Sorted(maps.Keys(top.IDs)), names) {
		return errors.Errorf("special_ids must be an object with the ids of %s", strings.Join(names, ", "))
	}
	return nil
}

// SpecError is an error in a [Spec].
// A SpecError is safe for concurrent use.
type SpecError struct{ error }

// Unwrap returns the underlying error.
func (e SpecError) Unwrap() error { return e.error }

// validate returns an error that names a field which does not match the task.
func (s Spec) validate() error {
	task, err := heads.Of(s.Task)
	if err != nil {
		return err
	}
	for _, check := range []func() error{func() error { return task.CheckSpace(s.Space) }, s.checkFields, s.checkMetric, s.checkLong} {
		if err := check(); err != nil {
			return SpecError{err}
		}
	}
	return nil
}

func (s Spec) checkFields() error {
	f, want := s.Fields, s.Task.Task().Fields()
	switch {
	case f == nil:
	case s.Dataset != "":
		return errors.Errorf("fields cannot be combined with dataset %s, which has its own columns", s.Dataset)
	case len(f.Texts) != len(want.Texts) || slices.Contains(f.Texts, ""):
		return errors.Errorf("fields: texts is %q: %s needs %s for %s", f.Texts, s.Task, plural.Of(len(want.Texts), "column"), strings.Join(want.Texts, ", "))
	case (f.Answers == "") != (want.Answers == ""):
		return errors.Errorf("fields: answers is %q: only qa has such a column, and needs it", f.Answers)
	case f.Label == "":
		return errors.New("fields: label is empty: it must name a column")
	}
	return nil
}

// checkMetric checks that the task has the measure.
func (s Spec) checkMetric() error {
	names := s.Task.Task().Measures(s.Space)
	if s.Metric == "" || slices.Contains(names, s.Metric) {
		return nil
	}
	return errors.Errorf("metric is %q: for this task it must be one of %s", s.Metric, strings.Join(names, ", "))
}

// fits checks a spec against the vocabulary and the head of the same folder.
func (s Spec) fits(tok *tokenizer.Tokenizer, m *gpt1.Model) error {
	want, err := Specials(tok)
	if err != nil {
		return err
	}
	if s.Specials != want {
		return errors.Errorf("special_ids are start %d, delimiter %d, classify %d, but the vocabulary has %d, %d and %d",
			s.Specials.Start, s.Specials.Delimiter, s.Specials.Classify, want.Start, want.Delimiter, want.Classify)
	}
	if m.VocabSize != tok.Size() {
		return errors.Errorf("special_ids: the vocabulary has %d tokens including the special ones, but the model has %d embeddings", tok.Size(), m.VocabSize)
	}
	w, b := m.Store.Param("head.weight"), m.Store.Param("head.bias")
	if w == nil || b == nil {
		return errors.New("the weights lack head.weight or head.bias: a model without a head must not have this file")
	}
	k := s.Outputs()
	if !slices.Equal(w.Shape, []int{m.NEmbd, k}) || !slices.Equal(b.Shape, []int{k}) {
		what := string(s.Task)
		if len(s.Labels) > 0 {
			what = plural.Of(k, "label")
		}
		return errors.Errorf("head.weight has shape %v and head.bias %v: for %s they must be %v and %v", w.Shape, b.Shape, what, []int{m.NEmbd, k}, []int{k})
	}
	return nil
}
