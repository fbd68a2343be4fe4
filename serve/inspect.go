package serve

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/pkg/errors"

	"gorgpt"
	"gorgpt/heads"
)

// inspectRequest is the body of /inspect.
type inspectRequest struct {
	Model      string   `json:"model"`
	Texts      []string `json:"texts"`
	Answers    []string `json:"answers"`
	Importance bool     `json:"importance"`
	Truncate   bool     `json:"truncate"`
	Direction  string   `json:"truncation_direction"`
}

// input returns the input of a request, which must have the fields of the model's task.
func (req *inspectRequest) input(m *gorgpt.Model, model string) (in gorgpt.Input, err error) {
	if m.Task() == "" {
		return in, inputProblem(&gorgpt.InputError{Err: &gorgpt.TaskError{}}, 1, model)
	}
	texts, answers := inputsOf(m)
	t := req.Texts
	switch {
	case len(t) != len(texts) || answers == "" && req.Answers != nil || answers != "" && req.Answers == nil:
		want := "texts must be its " + strings.Join(texts, " and ")
		if answers != "" {
			want += ", and answers a list"
		}
		return in, invalid("texts", fmt.Sprintf("the task of the model %s is %s: %s", quoted(model), m.Task(), want))
	case answers != "":
		return gorgpt.Question(t[0], t[1], req.Answers...), nil
	case len(t) == 2:
		return gorgpt.Pair(t[0], t[1]), nil
	}
	return gorgpt.Text(t[0]), nil
}

// inspected is the answer of /inspect.
type inspected struct {
	Label       string        `json:"label"`
	Scores      []scored      `json:"scores"`
	Sequences   [][]roled     `json:"sequences"`
	Shares      [][]float64   `json:"shares,omitempty"`
	Importance  []importances `json:"importance,omitempty"`
	Unit        string        `json:"unit,omitempty"`
	Cut         bool          `json:"cut"`
	Independent bool          `json:"independent"`
}

// scored is a label, an answer or the score of a similarity.
type scored struct {
	Label       string   `json:"label"`
	Score       float64  `json:"score"`
	Probability *float64 `json:"probability"`
}

// roled is a token of a sequence.
type roled struct {
	ID   int32  `json:"id"`
	Text string `json:"text"`
	Role string `json:"role,omitempty"`
}

// importances are those of the tokens of a text or an answer.
type importances struct {
	Name   string       `json:"name"`
	Tokens []importance `json:"tokens"`
}

type importance struct {
	Text     string  `json:"text"`
	EndsWord bool    `json:"ends_word"`
	Masked   float64 `json:"masked"`
	Gradient float64 `json:"gradient"`
	Seen     bool    `json:"seen"`
}

// inspect answers POST /inspect.
func (s *Server) inspect(w http.ResponseWriter, r *http.Request) error {
	var req inspectRequest
	if err := read(r, &req); err != nil {
		return err
	}
	m, err := s.predictor(r, req.Model, req.Direction)
	if err != nil {
		return err
	}
	rec := recordOf(r)
	if rec.read = 1; s.o.LogText {
		rec.text = strings.Join(append(req.Texts, req.Answers...), "\n")
	}
	if err := s.checkNumber("answers", len(req.Answers)); err != nil {
		return err
	}
	input, err := req.input(m, rec.model)
	if err != nil {
		return err
	}
	in, err := m.Inspect(r.Context(), input)
	if err != nil {
		return textsProblem(err)
	}
	if in.Cut && !req.Truncate {
		return invalid("texts", fmt.Sprintf("the input is longer than the %d tokens of the model: shorten it, or set truncate", m.Context()))
	}
	answer := inspected{Label: in.Label, Shares: in.Shares, Cut: in.Cut, Independent: in.Labels != nil}
	for i, score := range in.Scores {
		answer.Scores = append(answer.Scores, scored{Label: nameOf(m, in.Prediction, i), Score: score})
		if in.Probabilities != nil {
			answer.Scores[i].Probability = &in.Probabilities[i]
		}
	}
	for _, sequence := range in.Sequences {
		tokens := make([]roled, len(sequence))
		for i, t := range sequence {
			tokens[i] = roled(t)
		}
		answer.Sequences = append(answer.Sequences, tokens)
	}
	if req.Importance {
		if err := s.explain(r, m, input, &answer); err != nil {
			return err
		}
	}
	return writeJSON(w, http.StatusOK, answer)
}

// textsProblem is the problem of texts that the model cannot read. Other errors stay as they are.
func textsProblem(err error) error {
	var empty *gorgpt.EmptyError
	var length *gorgpt.LengthError
	if errors.As(err, &empty) || errors.As(err, &length) {
		return invalid("texts", err.Error())
	}
	return err
}

// nameOf names an output of a model.
func nameOf(m *gorgpt.Model, p gorgpt.Prediction, i int) string {
	switch labels := m.Labels(); {
	case i < len(labels):
		return labels[i]
	case p.Probabilities == nil:
		return "score"
	}
	return fmt.Sprint(i)
}

// explain adds the importance of tokens. Each costs a prediction, so there may not be more of them than inputs of a request.
func (s *Server) explain(r *http.Request, m *gorgpt.Model, input gorgpt.Input, answer *inspected) error {
	tokens := 0
	for _, sequence := range answer.Sequences {
		tokens += len(sequence)
	}
	if n := s.o.Limits.Inputs; tokens > n {
		return &problem{http.StatusRequestEntityTooLarge, "too_many_inputs", "importance", fmt.Sprintf("the input has %d tokens, each of which needs a prediction, and a request may have %d", tokens, n)}
	}
	e, err := m.Explain(r.Context(), input)
	if errors.Is(err, gorgpt.ErrNotFloat32) {
		return invalid("importance", err.Error()+": serve the model with -dtype float32")
	}
	if err != nil {
		return textsProblem(err)
	}
	answer.Unit = e.Unit
	for _, part := range e.Parts {
		out := importances{Name: part.Name, Tokens: []importance{}}
		for _, t := range part.Tokens {
			out.Tokens = append(out.Tokens, importance{t.Text, t.EndsWord, t.Masked, t.Gradient, t.Seen})
		}
		answer.Importance = append(answer.Importance, out)
	}
	return nil
}

// inputsOf names the texts that a model's task has, and its list of answers; "": none.
func inputsOf(m *gorgpt.Model) (texts []string, answers string) {
	if m.Task() == "" {
		return nil, ""
	}
	fields := heads.Kind(m.Task()).Task().Fields()
	return fields.Texts, fields.Answers
}
