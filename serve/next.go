package serve

import (
	"cmp"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"math"
	"net/http"
	"slices"

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

// next answers POST /next: the whole distribution of the token that follows a prompt. So a client can
// apply temperature, top-k and top-p itself.
func (s *Server) next(w http.ResponseWriter, r *http.Request) error {
	var req struct {
		Model  string  `json:"model"`
		Prompt prompts `json:"prompt"`
		Top    *int    `json:"top"`
	}
	if err := read(r, &req); err != nil {
		return err
	}
	_, m, err := s.use(r, req.Model)
	if err != nil {
		return err
	}
	tok, err := m.Tokenizer()
	if err != nil {
		return err
	}
	c := &completion{tok: tok}
	all, err := c.encode(req.Prompt, m.Context())
	if err != nil {
		return err
	}
	top := or(req.Top, 20)
	switch {
	case len(all) != 1:
		return invalid("prompt", "there must be one prompt, not several")
	case top < 1 || top > mostNext:
		return invalid("top", fmt.Sprintf("top must be from 1 to %d", mostNext))
	}
	prompt := all[0]
	rec := recordOf(r)
	if rec.read = len(prompt); s.o.LogText {
		rec.text = tok.Decode(prompt)
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
