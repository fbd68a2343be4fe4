package finetune

import (
	"encoding/json"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"github.com/pkg/errors"

	"gorgpt/checkpoint"
	"gorgpt/gpt1"
	"gorgpt/heads"
	"gorgpt/internal/regular"
	"gorgpt/tokenizer"
)

// mostSpec is how many bytes a task.json may have.
const mostSpec = 16 << 20

// ReadSpec reads the task.json of a model folder and checks that it makes sense. When there is
// none, the error is [os.ErrNotExist].
func ReadSpec(dir string) (Spec, error) {
	path := filepath.Join(dir, SpecFile)
	data, err := regular.ReadFile(path, "the task of the model", mostSpec)
	if err != nil {
		return Spec{}, err
	}
	var format struct{ Format int }
	_ = json.Unmarshal(data, &format) // what is wrong with it is found below
	if err := checkpoint.CheckFormat(path, format.Format, SpecFormat); err != nil {
		return Spec{}, err
	}
	var s Spec
	if err = knownKeys(data, "format", "task", "labels", "choices", "thresholds", "special_ids", "dataset", "fields", "metric"); err == nil {
		err = json.Unmarshal(data, &s)
	}
	var wrong *json.UnmarshalTypeError
	switch {
	case errors.As(err, &wrong):
		err = errors.Errorf("%s: a JSON %s cannot stand there", wrong.Field, wrong.Value)
	case err == nil:
		if err = s.validate(); err == nil {
			err = completeIDs(data)
		}
	}
	return s, errors.WithMessage(err, path)
}

// knownKeys checks that data is a JSON object with none but the given keys.
func knownKeys(data []byte, known ...string) error {
	var top map[string]json.RawMessage
	if err := json.Unmarshal(data, &top); err != nil {
		return errors.New("want a JSON object as fine-tuning writes it")
	}
	for _, key := range slices.Sorted(maps.Keys(top)) {
		if !slices.Contains(known, key) {
			return errors.Errorf("unknown key %q: want %s", key, strings.Join(known, ", "))
		}
	}
	return nil
}

// completeIDs checks that there is an id of each special token.
func completeIDs(data []byte) error {
	var top struct {
		IDs map[string]int32 `json:"special_ids"`
	}
	names := []string{"classify", "delimiter", "start"}
	if err := json.Unmarshal(data, &top); err != nil || !slices.Equal(slices.Sorted(maps.Keys(top.IDs)), names) {
		return errors.Errorf("special_ids: want an object with the ids of %s", strings.Join(names, ", "))
	}
	return nil
}

// SpecError is an error in a [Spec].
// A SpecError is safe for concurrent use.
type SpecError struct{ error }

// Unwrap is the error itself.
func (e SpecError) Unwrap() error { return e.error }

// validate says which field does not go with the task.
func (s Spec) validate() error {
	task, err := heads.Of(s.Task)
	if err != nil {
		return err
	}
	for _, check := range []func() error{func() error { return task.CheckSpace(s.Space) }, s.checkFields, s.checkMetric} {
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
		return errors.Errorf("fields: %s has columns of its own: leave them or the dataset out", s.Dataset)
	case len(f.Texts) != len(want.Texts) || slices.Contains(f.Texts, ""):
		return errors.Errorf("fields: texts are %q: want %d columns for %s, in place of %s", f.Texts, len(want.Texts), s.Task, strings.Join(want.Texts, ", "))
	case (f.Answers == "") != (want.Answers == ""):
		return errors.Errorf("fields: answers is %q: want a column for qa, and none for other tasks", f.Answers)
	case f.Label == "":
		return errors.New("fields: label is empty: want a column")
	}
	return nil
}

// checkMetric wants a measure that the task has.
func (s Spec) checkMetric() error {
	names := s.Task.Task().Measures(s.Space)
	if s.Metric == "" || slices.Contains(names, s.Metric) {
		return nil
	}
	return errors.Errorf("metric is %q: want one of %s for this task", s.Metric, strings.Join(names, ", "))
}

// fits checks a spec against the vocabulary and the head of the same folder.
func (s Spec) fits(tok *tokenizer.Tokenizer, m *gpt1.Model) error {
	want, err := Specials(tok)
	if err != nil {
		return err
	}
	if s.Specials != want {
		return errors.Errorf("special_ids are start %d, delimiter %d, classify %d: want those of the vocabulary, %d, %d and %d",
			s.Specials.Start, s.Specials.Delimiter, s.Specials.Classify, want.Start, want.Delimiter, want.Classify)
	}
	if m.VocabSize != tok.Size() {
		return errors.Errorf("special_ids: the vocabulary has %d tokens with the special ones, the model %d embeddings: want as many", tok.Size(), m.VocabSize)
	}
	w, b := m.Store.Param("head.weight"), m.Store.Param("head.bias")
	if w == nil || b == nil {
		return errors.New("there is such a file, but the weights lack head.weight or head.bias: want a fine-tuned model, or no such file")
	}
	k := s.Outputs()
	if !slices.Equal(w.Shape, []int{m.NEmbd, k}) || !slices.Equal(b.Shape, []int{k}) {
		what := "one output for " + string(s.Task)
		if len(s.Labels) > 0 {
			what = fmt.Sprintf("%d outputs, one a label", k)
		}
		return errors.Errorf("head.weight has the shape %v and head.bias %v: want %s, which is %v and %v", w.Shape, b.Shape, what, []int{m.NEmbd, k}, []int{k})
	}
	return nil
}
