package gorgpt

import (
	"context"
	"math"

	"gorgpt/generate"
)

// Token is a token of a text and how probable the model finds it there.
// A Token is safe for concurrent use as long as nothing changes it.
type Token struct {
	ID           int32
	Text         string        // joined, the texts of all tokens are the text as the model reads it
	LogProb      float64       // ln P(token | tokens before it); NaN for the first, which nothing precedes
	Alternatives []Alternative // the most probable tokens in its place, the most probable first
}

// Alternative is a token that could stand in a place of a text. An Alternative is safe for concurrent use.
type Alternative struct {
	ID      int32
	Text    string
	LogProb float64
}

// Score returns the tokens of a text with their log-probabilities and the given number of alternatives,
// which may be 0. A text may be longer than the model's context: each token then has at least half
// a context before it. When ctx ends, the error is that of ctx.
//
// As many calls are computed at once as there are cores, or one if the model is large; others wait.
func (m *Model) Score(ctx context.Context, text string, alternatives int) ([]Token, error) {
	in, err := m.use()
	if err != nil {
		return nil, err
	}
	return m.ScoreTokens(ctx, in.base.Tok.Encode(text), alternatives)
}

// ScoreTokens is Score for token ids.
func (m *Model) ScoreTokens(ctx context.Context, ids []int32, alternatives int) ([]Token, error) {
	in, err := m.use()
	if err != nil {
		return nil, err
	}
	if len(ids) == 0 {
		return nil, &EmptyError{"text"}
	}
	select {
	case in.scoring <- struct{}{}:
		defer func() { <-in.scoring }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	var own []float64
	var best [][]generate.Ranked
	if alternatives == 0 {
		own, err = in.scorer.LogProbs(ctx, ids)
	} else {
		own, best, err = in.scorer.Rank(ctx, ids, alternatives)
	}
	if err != nil {
		return nil, err
	}
	tokens := make([]Token, len(ids))
	for i, id := range ids {
		tokens[i] = Token{ID: id, Text: in.piece(ids[:i], id), LogProb: math.NaN()}
		if i == 0 {
			continue
		}
		tokens[i].LogProb = own[i-1]
		if alternatives > 0 {
			tokens[i].Alternatives = in.alternatives(ids[:i], best[i-1])
		}
	}
	return tokens, nil
}

// alternatives are tokens that could follow others.
func (o *opened) alternatives(before []int32, best []generate.Ranked) (all []Alternative) {
	for _, r := range best {
		all = append(all, Alternative{r.ID, o.piece(before, r.ID), r.LogProb})
	}
	return all
}

// piece is the text that a token adds after others.
func (o *opened) piece(before []int32, id int32) string {
	last := int32(-1) // no token
	if len(before) > 0 {
		last = before[len(before)-1]
	}
	s, err := generate.NewStream(o.base.Tok, last, nil)
	if err != nil {
		return ""
	}
	text, _ := s.Add(id)
	return text
}
