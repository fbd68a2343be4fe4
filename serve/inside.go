package serve

import (
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"math"
	"net/http"

	"gorgpt/generate"
	"gorgpt/tokenizer"
)

// mostInside is the most tokens of a text that /inside reads. The answer has a number for each pair of them in each
// head.
const mostInside = 64

// inside answers POST /inside: the attention of all heads, and what the output matrix reads after each block.
func (s *Server) inside(w http.ResponseWriter, r *http.Request) error {
	var req promptRequest
	m, tok, prompt, err := s.prompt(r, &req)
	if err != nil {
		return err
	}
	top, most := or(req.Top, 5), min(mostInside, m.Context())
	switch {
	case len(prompt) > most:
		return invalid("prompt", fmt.Sprintf("the prompt has %d tokens: at most %d can be looked at", len(prompt), most))
	case top < 1 || top > 20:
		return invalid("top", "top must be from 1 to 20")
	}
	in, err := m.Look(r.Context(), prompt, min(top, tok.Size()))
	if err != nil {
		return err
	}
	readings := make([][][]spelled, len(in.Best))
	for l, at := range in.Best {
		for i, best := range at {
			readings[l] = append(readings[l], spellRanked(tok, prompt[:i+1], best))
		}
	}
	return writeJSON(w, http.StatusOK, map[string]any{
		"tokens": spell(tok, prompt), "heads": m.Config().NHead, "attention": packed(in.Attention...), "readings": readings,
	})
}

// spellRanked returns tokens that may follow a text.
func spellRanked(tok *tokenizer.Tokenizer, before []int32, best []generate.Ranked) []spelled {
	out := make([]spelled, len(best))
	for i, b := range best {
		out[i] = spelled{b.ID, added(tok, before, b.ID), &b.LogProb}
	}
	return out
}

// packed returns numbers as base64 of float32 in little-endian order.
func packed(all ...[]float32) string {
	var data []byte
	for _, values := range all {
		for _, x := range values {
			data = binary.LittleEndian.AppendUint32(data, math.Float32bits(x))
		}
	}
	return base64.StdEncoding.EncodeToString(data)
}
