package serve

import (
	"cmp"
	"encoding/json"
	"fmt"
	"math"
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

// labelScore is a label and how sure the model is of it.
type labelScore struct {
	Label string  `json:"label"`
	Score float64 `json:"score"`
}

// predictRequest is the body of /predict.
type predictRequest struct {
	Model      string    `json:"model"`
	Inputs     predicted `json:"inputs"`
	RawScores  bool      `json:"raw_scores"`
	Truncate   bool      `json:"truncate"`
	Direction  string    `json:"truncation_direction"`
	Parameters struct {
		TopK     *int   `json:"top_k"`
		Function string `json:"function_to_apply"`
	} `json:"parameters"`
}

// predicted is one input, or lists of texts.
type predicted struct {
	one   string
	lists [][]string // nil for one text
	flat  bool       // a list of texts, which are the only element of lists
}

// UnmarshalJSON reads a text, a list of texts, or a list of lists of texts.
func (p *predicted) UnmarshalJSON(data []byte) error {
	*p = predicted{}
	if json.Unmarshal(data, &p.one) == nil {
		return nil
	}
	var flat []string
	if json.Unmarshal(data, &flat) == nil {
		p.lists, p.flat = [][]string{flat}, true
		return nil
	}
	if json.Unmarshal(data, &p.lists) == nil {
		return nil
	}
	return invalid("inputs", "inputs must be a text, a list of texts, or a list of lists of texts")
}

// inputs returns the inputs, and whether the answer is that of a single one. Several texts are a batch
// for a model that reads one text, and one input for a model that reads pairs.
func (p *predicted) inputs(m *gorgpt.Model) (inputs []gorgpt.Input, single bool) {
	lists := p.lists
	switch {
	case lists == nil:
		return []gorgpt.Input{gorgpt.Text(p.one)}, true
	case p.flat && !m.ReadsPairs():
		for _, text := range lists[0] {
			inputs = append(inputs, gorgpt.Text(text))
		}
		return inputs, false
	}
	for _, texts := range lists {
		switch len(texts) {
		case 1:
			inputs = append(inputs, gorgpt.Text(texts[0]))
		case 2:
			inputs = append(inputs, gorgpt.Pair(texts[0], texts[1]))
		default:
			inputs = append(inputs, gorgpt.Input{})
		}
	}
	return inputs, p.flat
}

// predict answers POST /predict.
func (s *Server) predict(w http.ResponseWriter, r *http.Request) error {
	var req predictRequest
	if err := read(r, &req); err != nil {
		return err
	}
	switch req.Parameters.Function {
	case "", "none", "softmax", "sigmoid":
	default:
		return invalid("parameters.function_to_apply", `function_to_apply must be "none" for raw scores, or the model's own, which is the default`)
	}
	raw := req.RawScores || req.Parameters.Function == "none"
	top := or(req.Parameters.TopK, math.MaxInt)
	if top < 1 {
		return invalid("parameters.top_k", "top_k must be 1 or more")
	}
	m, err := s.predictor(r, req.Model, req.Direction)
	if err != nil {
		return err
	}
	inputs, single := req.Inputs.inputs(m)
	if s.o.LogText {
		recordOf(r).text = fmt.Sprint(req.Inputs.one, req.Inputs.lists)
	}
	if len(inputs) == 0 {
		return invalid("inputs", "there is no input")
	}
	predictions, err := s.all(r, m, inputs, req.Truncate)
	if err != nil {
		return err
	}
	answers := make([][]labelScore, len(predictions))
	for i, p := range predictions {
		answers[i] = labelled(m, p, raw)
		answers[i] = answers[i][:min(top, len(answers[i]))]
	}
	if single {
		return writeJSON(w, http.StatusOK, answers[0])
	}
	return writeJSON(w, http.StatusOK, answers)
}

// labelled lists the labels of a prediction, the likeliest first.
func labelled(m *gorgpt.Model, p gorgpt.Prediction, raw bool) []labelScore {
	if p.Probabilities == nil {
		return []labelScore{{"score", p.Score}}
	}
	all := make([]labelScore, len(p.Probabilities))
	for i, label := range m.Labels() {
		all[i] = labelScore{label, p.Probabilities[i]}
		if raw {
			all[i].Score = rawScore(p.Probabilities[i], p.Labels != nil)
		}
	}
	slices.SortStableFunc(all, func(a, b labelScore) int { return cmp.Compare(b.Score, a.Score) })
	return all
}

// rawScore is the score that has this probability: up to a constant that all labels share or, if labels
// are independent, itself.
func rawScore(p float64, independent bool) float64 {
	const least = 1e-300 // JSON has no infinity
	if independent {
		return math.Log(max(p, least)) - math.Log(max(1-p, least))
	}
	return math.Log(max(p, least))
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
