package gorgpt

import (
	"context"
	"iter"

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
	Stop        []string // the text ends before any of these
}

// defaultTokens is the maximum number of tokens of a zero [Sampling].
const defaultTokens = 100

// Generate continues a text and yields each piece as it is chosen. Joined to the prompt, the pieces
// are the whole text. An error comes last, with an empty piece. When ctx ends, the error is that
// of ctx, at most one token later.
//
// Texts of calls that run at the same time are written together, up to 32 of them if there is memory
// for their keys and values; others wait. A text is the same whatever is written beside it.
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
	o := generate.Options{Tokens: s.Tokens, Temperature: s.Temperature, TopK: s.TopK, TopP: s.TopP, Seed: s.Seed, Ban: in.never}
	if o.Tokens == 0 {
		o.Tokens = defaultTokens
	}
	if err := o.Validate(in.base.Model.Config); err != nil {
		return err
	}
	going := true
	err = in.author.write(ctx, ids, o, func(id int32) bool {
		piece, ended := text.Add(id)
		going = give(piece)
		return going && !ended
	})
	if err == nil && going {
		give(text.Rest())
	}
	return err
}
