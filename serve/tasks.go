package serve

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/pkg/errors"

	"gorgpt"
)

// predictor returns the model that a request for predictions names. Its truncation_direction must be
// the one side that is ever cut.
func (s *Server) predictor(r *http.Request, name, direction string) (*gorgpt.Model, error) {
	if direction != "" && !strings.EqualFold(direction, "right") {
		return nil, invalid("truncation_direction", `truncation_direction must be "Right": the end of an input is cut, as in training`)
	}
	_, m, err := s.use(r, name)
	return m, err
}

// all predicts inputs. Those that are too long are an error unless they may be truncated.
func (s *Server) all(r *http.Request, m *gorgpt.Model, inputs []gorgpt.Input, truncate bool) ([]gorgpt.Prediction, error) {
	rec := recordOf(r)
	rec.read = len(inputs)
	if err := s.checkNumber("inputs", len(inputs)); err != nil {
		return nil, err
	}
	predictions, err := m.PredictAll(r.Context(), inputs)
	if err != nil {
		return nil, inputProblem(err, len(inputs), rec.model)
	}
	for i, p := range predictions {
		if p.Cut && !truncate {
			return nil, invalid("inputs", fmt.Sprintf("input %d is longer than the %d tokens of the model: shorten it, or set truncate", i, m.Context()))
		}
	}
	return predictions, nil
}

// checkNumber refuses more inputs than a request may have.
func (s *Server) checkNumber(field string, n int) error {
	if most := s.o.Limits.Inputs; n > most {
		return &problem{http.StatusRequestEntityTooLarge, "too_many_inputs", field, fmt.Sprintf("there are %d %s, and a request may have %d", n, field, most)}
	}
	return nil
}

// inputProblem says what is wrong with one of n inputs, in the terms of a client. Other errors stay as they
// are.
func inputProblem(err error, n int, model string) error {
	var input *gorgpt.InputError
	var task *gorgpt.TaskError
	switch {
	case !errors.As(err, &input):
		return err
	case !errors.As(err, &task) && n == 1:
		return invalid("", input.Err.Error())
	case task == nil:
		return invalid("", input.Error())
	case task.Task == "":
		return invalid("model", "the model "+quoted(model)+" was not fine-tuned, so it has no labels to predict: /info lists the tasks of all models")
	}
	answers := map[string]string{
		"Text": "/predict, one text an input", "Pair": "/predict, two texts an input, and /similarity", "Question": "/rerank",
	}
	return invalid("", fmt.Sprintf("the task of the model %s is %s: it answers %s", quoted(model), task.Task, answers[task.Want]))
}

// rerank answers POST /rerank.
func (s *Server) rerank(w http.ResponseWriter, r *http.Request) error {
	var req struct {
		Model      string   `json:"model"`
		Query      string   `json:"query"`
		Texts      []string `json:"texts"`
		RawScores  bool     `json:"raw_scores"`
		ReturnText bool     `json:"return_text"`
		Truncate   bool     `json:"truncate"`
		Direction  string   `json:"truncation_direction"`
	}
	if err := read(r, &req); err != nil {
		return err
	}
	m, err := s.predictor(r, req.Model, req.Direction)
	if err != nil {
		return err
	}
	if len(req.Texts) == 0 {
		return invalid("texts", "there is no text to rank")
	}
	if err := s.checkNumber("texts", len(req.Texts)); err != nil {
		return err
	}
	if s.o.LogText {
		recordOf(r).text = req.Query + "\n" + strings.Join(req.Texts, "\n")
	}
	predictions, err := s.all(r, m, []gorgpt.Input{gorgpt.Question(req.Query, "", req.Texts...)}, req.Truncate)
	if err != nil {
		return err
	}
	type ranked struct {
		Index int     `json:"index"`
		Score float64 `json:"score"`
		Text  *string `json:"text,omitempty"`
	}
	answer := make([]ranked, len(req.Texts))
	for i, p := range predictions[0].Probabilities {
		answer[i] = ranked{Index: i, Score: p}
		if req.RawScores {
			answer[i].Score = rawScore(p, false)
		}
		if req.ReturnText {
			answer[i].Text = &req.Texts[i]
		}
	}
	slices.SortStableFunc(answer, func(a, b ranked) int { return cmp.Compare(b.Score, a.Score) })
	return writeJSON(w, http.StatusOK, answer)
}

// similarity answers POST /similarity.
func (s *Server) similarity(w http.ResponseWriter, r *http.Request) error {
	var req struct {
		Model  string `json:"model"`
		Inputs struct {
			Source    string   `json:"source_sentence"`
			Sentences []string `json:"sentences"`
		} `json:"inputs"`
		Truncate  bool   `json:"truncate"`
		Direction string `json:"truncation_direction"`
	}
	if err := read(r, &req); err != nil {
		return err
	}
	m, err := s.predictor(r, req.Model, req.Direction)
	if err != nil {
		return err
	}
	var inputs []gorgpt.Input
	for _, sentence := range req.Inputs.Sentences {
		inputs = append(inputs, gorgpt.Pair(req.Inputs.Source, sentence))
	}
	if len(inputs) == 0 {
		return invalid("inputs.sentences", "there is no sentence to compare with")
	}
	if s.o.LogText {
		recordOf(r).text = req.Inputs.Source + "\n" + strings.Join(req.Inputs.Sentences, "\n")
	}
	predictions, err := s.all(r, m, inputs, req.Truncate)
	if err != nil {
		return err
	}
	scores := make([]float64, len(predictions))
	for i, p := range predictions {
		if scores[i] = p.Score; p.Probabilities != nil {
			scores[i] = p.Probabilities[len(p.Probabilities)-1]
		}
	}
	return writeJSON(w, http.StatusOK, scores)
}
