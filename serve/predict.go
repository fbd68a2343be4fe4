package serve

import (
	"cmp"
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"slices"

	"gorgpt"
	"gorgpt/heads"
)

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
	function := req.Parameters.Function
	raw := req.RawScores || function == "none"
	top := or(req.Parameters.TopK, math.MaxInt)
	if top < 1 {
		return invalid("parameters.top_k", "top_k must be 1 or more")
	}
	m, err := s.predictor(r, req.Model, req.Direction)
	if err != nil {
		return err
	}
	if function != "" && function != "none" && (raw || function != functionOf(m)) {
		return invalid("parameters.function_to_apply", `function_to_apply must be "none" for raw scores, or the model's own, which is the default`)
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

// functionOf names the function that makes probabilities of a model's scores; "": none does.
func functionOf(m *gorgpt.Model) string {
	switch {
	case m.Labels() == nil:
		return ""
	case heads.Kind(m.Task()).Task().Fields().Lists:
		return "sigmoid"
	}
	return "softmax"
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
