package gorgpt

import (
	"context"
	"iter"
	"maps"
	"math"

	"github.com/pkg/errors"

	"gorgpt/generate"
)

// Sampling says how a text is continued. The zero value writes 100 tokens, always the most likely
// one. A Sampling is safe for concurrent use as long as nothing changes it.
type Sampling struct {
	Tokens      int      // maximum number of tokens; 0: 100
	Temperature float64  // below 1 favours likely tokens, above 1 surprising ones; 0: the most likely one
	TopK        int      // draw from the K most likely tokens; 0: from all
	TopP        float64  // draw from the most likely tokens that together have this probability; 0: from all
	Seed        uint64   // the same seed gives the same text
	Sample      int      // distinguishes texts of one seed
	Stop        []string // the text ends before any of these

	Bias         map[int32]float64 // added to the scores of tokens, from -100 to 100
	Alternatives int               // most probable tokens beside each; for Continue only
}

// defaultTokens is the maximum number of tokens of a zero [Sampling].
const defaultTokens = 100

// Generate continues a text and yields each piece as it is chosen. Joined to the prompt, the pieces
// are the whole text. An error comes last, with an empty piece. When ctx ends, the error is that
// of ctx, at most one token later.
//
// Texts of calls that run at the same time are written together, up to 32 of them if there is memory
// for their keys and values, which is kept until the model is closed; others wait. A text
// that is 16 tokens ahead of its reader makes room for them. A text is the same whatever is written beside it.
func (m *Model) Generate(ctx context.Context, prompt string, s Sampling) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		going := true
		give := func(piece string) bool {
			if piece != "" {
				going = yield(piece, nil)
			}
			return going
		}
		if err := m.generate(ctx, prompt, s, give); err != nil && going {
			yield("", err)
		}
	}
}

// generate gives the pieces that follow a prompt, until give returns false.
func (m *Model) generate(ctx context.Context, prompt string, s Sampling, give func(string) bool) error {
	in, err := m.use()
	if err != nil {
		return err
	}
	tok := in.base.Tok
	ids := tok.Encode(prompt)
	if len(ids) == 0 {
		return &EmptyError{"prompt"}
	}
	text, err := generate.NewStream(tok, ids[len(ids)-1], s.Stop)
	if err != nil {
		return err
	}
	going := true
	err = in.write(ctx, ids, s, 0, func(w written) bool {
		piece, ended := text.Add(w.id)
		going = give(piece)
		return going && !ended
	})
	if err == nil && going {
		give(text.Rest())
	}
	return err
}

// Continue is Generate for token ids. It yields each token with its log-probability, which is that of
// the model before temperature, bias and the like, and with s.Alternatives. It does not look for
// s.Stop. Special tokens are never chosen.
func (m *Model) Continue(ctx context.Context, prompt []int32, s Sampling) iter.Seq2[Token, error] {
	return func(yield func(Token, error) bool) {
		in, err := m.use()
		if err != nil {
			yield(Token{}, err)
			return
		}
		before, going := append([]int32(nil), prompt...), true
		err = in.write(ctx, prompt, s, max(1, s.Alternatives), func(w written) bool {
			token := Token{ID: w.id, Text: in.piece(before, w.id), LogProb: w.logProb}
			if s.Alternatives > 0 {
				token.Alternatives = in.alternatives(before, w.best)
			}
			before = append(before, w.id)
			going = yield(token, nil)
			return going
		})
		if err != nil && going {
			yield(Token{}, err)
		}
	}
}

// Next returns ln P(token | prompt) of all tokens, by id. Special tokens, which are never written, have -Inf;
// the probabilities of the others sum to slightly less than 1. [V]
func (m *Model) Next(ctx context.Context, prompt []int32) ([]float64, error) {
	in, err := m.use()
	if err != nil {
		return nil, err
	}
	var all []float64
	err = in.write(ctx, prompt, Sampling{Tokens: 1}, everything, func(w written) bool {
		all = w.all
		return true
	})
	if err != nil {
		return nil, err
	}
	for _, id := range in.never {
		all[id] = math.Inf(-1)
	}
	return all, nil
}

// write gives the tokens that follow a prompt, until give returns false.
func (o *opened) write(ctx context.Context, prompt []int32, s Sampling, rank int, give func(written) bool) error {
	g := generate.Options{
		Tokens: s.Tokens, Temperature: s.Temperature, TopK: s.TopK, TopP: s.TopP, Seed: s.Seed, Ban: o.never,
		Bias: maps.Clone(s.Bias), // the text may still be written when its reader has left
	}
	if g.Tokens == 0 {
		g.Tokens = defaultTokens
	}
	if err := g.Validate(o.base.Model.Config); err != nil {
		return err
	}
	if rank > o.base.Model.VocabSize {
		return errors.Errorf("%d alternatives are more than the %d tokens of the vocabulary", rank, o.base.Model.VocabSize)
	}
	return o.author.write(ctx, prompt, g, s.Sample, rank, give)
}
