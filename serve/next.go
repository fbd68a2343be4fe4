package serve

import (
	"cmp"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"math"
	"net/http"
	"slices"

	"gorgpt"
	"gorgpt/generate"
	"gorgpt/tokenizer"
)

// mostNext is the most tokens that have their texts in an answer of /next.
const mostNext = 1000

// spelled is a token with the text that it adds to those before it.
type spelled struct {
	ID      int32    `json:"id"`
	Text    string   `json:"text"`
	LogProb *float64 `json:"logprob,omitempty"`
}

// promptRequest is the body of a question about one prompt: of /next and /inside.
type promptRequest struct {
	Model  string  `json:"model"`
	Prompt prompts `json:"prompt"`
	Top    *int    `json:"top"`
}

// prompt reads such a body. It returns the model, its tokenizer and the tokens of the prompt, which it notes in the record.
func (s *Server) prompt(r *http.Request, req *promptRequest) (*gorgpt.Model, *tokenizer.Tokenizer, []int32, error) {
	if err := read(r, req); err != nil {
		return nil, nil, nil, err
	}
	_, m, err := s.use(r, req.Model)
	if err != nil {
		return nil, nil, nil, err
	}
	tok, err := m.Tokenizer()
	if err != nil {
		return nil, nil, nil, err
	}
	c := &completion{tok: tok}
	all, err := c.encode(req.Prompt, m.Context())
	if err == nil && len(all) != 1 {
		err = invalid("prompt", "there must be one prompt, not several")
	}
	if err != nil {
		return nil, nil, nil, err
	}
	rec := recordOf(r)
	if rec.read = len(all[0]); s.o.LogText {
		rec.text = tok.Decode(all[0])
	}
	return m, tok, all[0], nil
}

// next answers POST /next: the whole distribution of the token that follows a prompt. So a client can
// apply temperature, top-k and top-p itself.
func (s *Server) next(w http.ResponseWriter, r *http.Request) error {
	var req promptRequest
	m, tok, prompt, err := s.prompt(r, &req)
	if err != nil {
		return err
	}
	top := or(req.Top, 20)
	if top < 1 || top > mostNext {
		return invalid("top", fmt.Sprintf("top must be from 1 to %d", mostNext))
	}
	logProbs, err := m.Next(r.Context(), prompt)
	if err != nil {
		return err
	}
	order := likeliest(logProbs)
	ordered := make([]byte, 0, 4*len(order))
	for _, id := range order {
		ordered = binary.LittleEndian.AppendUint32(ordered, math.Float32bits(float32(logProbs[id])))
	}
	tokens := make([]spelled, min(top, len(order)))
	for i := range tokens {
		id := order[i]
		tokens[i] = spelled{id, added(tok, prompt, id), &logProbs[id]}
	}
	return writeJSON(w, http.StatusOK, map[string]any{
		"prompt": spell(tok, prompt), "tokens": tokens, "logprobs": base64.StdEncoding.EncodeToString(ordered),
	})
}

// likeliest returns the ids of the tokens that have a probability, the likeliest first.
func likeliest(logProbs []float64) []int32 {
	order := make([]int32, 0, len(logProbs))
	for id, x := range logProbs {
		if !math.IsInf(x, -1) {
			order = append(order, int32(id))
		}
	}
	slices.SortFunc(order, func(a, b int32) int { return cmp.Or(cmp.Compare(logProbs[b], logProbs[a]), cmp.Compare(a, b)) })
	return order
}

// spell returns the tokens of a text with their texts, which joined are the text.
func spell(tok *tokenizer.Tokenizer, ids []int32) []spelled {
	all := make([]spelled, len(ids))
	for i, id := range ids {
		all[i] = spelled{ID: id, Text: added(tok, ids[:i], id)}
	}
	return all
}

// added is the text that a token adds to those before it.
func added(tok *tokenizer.Tokenizer, before []int32, id int32) string {
	last := int32(-1) // no token
	if len(before) > 0 {
		last = before[len(before)-1]
	}
	s, err := generate.NewStream(tok, last, nil)
	if err != nil { // only stop texts cause one
		return ""
	}
	text, _ := s.Add(id)
	return text
}
