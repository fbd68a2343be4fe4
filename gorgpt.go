// Package gorgpt writes text with a GPT-1 that was trained here or elsewhere.
//
// [Open] reads a model folder: the run folder of gorgpt train or finetune, a folder in Hugging
// Face's openai-gpt format, or OpenAI's release of 2018. [Model.Generate] continues a text.
//
// The package prints nothing, writes no files and opens no connections. Nothing heavy is below
// it: no drawing, no Parquet. Training, fine-tuning and prediction are in packages pretrain and
// finetune.
package gorgpt

import (
	"context"
	"iter"
	"slices"
	"sync"

	"github.com/pkg/errors"

	"gorgpt/checkpoint"
	"gorgpt/generate"
	"gorgpt/gpt1"
	"gorgpt/graph"
	"gorgpt/tokenizer"
)

// Model is a language model with its tokenizer. A Model is safe for concurrent use: calls share
// the weights, and each has its own key/value cache.
type Model struct {
	model *gpt1.Model
	tok   *tokenizer.Tokenizer
	never []int32 // tokens that no text has

	mu   sync.Mutex
	idle []*generate.Generator
}

// Dtype is a type of weights; see [Compute]. A Dtype is safe for concurrent use.
type Dtype = graph.Dtype

// The types of weights. With each of them, sums are float32, and a text is the same for any number
// of cores. BFloat16 takes half of the memory of Float32, and Int8 a quarter; both write faster.
const (
	Float32  = graph.Float32
	BFloat16 = graph.BFloat16
	Int8     = graph.Int8
)

// Option changes how [Open] opens a model. An Option is safe for concurrent use.
type Option func(*opening)

type opening struct{ dtype Dtype }

// Compute keeps the weights in type d and computes with them. Without this option it is the type
// that the folder holds.
func Compute(d Dtype) Option { return func(o *opening) { o.dtype = d } }

// Open reads the model in the folder dir. It is an error if the model cannot write, as an LSTM.
func Open(dir string, options ...Option) (*Model, error) {
	var o opening
	for _, option := range options {
		option(&o)
	}
	if o.dtype != "" && !slices.Contains(graph.Dtypes(), o.dtype) {
		return nil, errors.Errorf("opening a model: %q is not a type of weights: it must be one of %v", o.dtype, graph.Dtypes())
	}
	model, tok, _, err := checkpoint.ReadFolderAs(dir, 0, o.dtype)
	if err != nil {
		return nil, errors.WithMessage(err, "opening a model")
	}
	if model.IsLSTM() {
		return nil, errors.Errorf("opening a model: %s is an LSTM, which can only score texts", dir)
	}
	m := &Model{model: model, tok: tok}
	for _, token := range []string{tokenizer.Unknown, tokenizer.Start, tokenizer.Delimiter, tokenizer.Classify} {
		if id, found := tok.ID(token); found {
			m.never = append(m.never, id)
		}
	}
	return m, nil
}

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
	ids := m.tok.Encode(prompt)
	if len(ids) == 0 {
		return errors.New("the prompt is empty: give at least one word")
	}
	text, err := generate.NewStream(m.tok, ids[len(ids)-1], s.Stop)
	if err != nil {
		return err
	}
	o := generate.Options{Tokens: s.Tokens, Temperature: s.Temperature, TopK: s.TopK, TopP: s.TopP, Seed: s.Seed, Ban: m.never}
	if o.Tokens == 0 {
		o.Tokens = defaultTokens
	}
	g := m.take()
	defer m.put(g)
	going := true
	_, err = g.Sample(ctx, ids, o, func(_ int, id int32) bool {
		piece, ended := text.Add(id)
		going = give(piece)
		return going && !ended
	})
	if err == nil && going {
		give(text.Rest())
	}
	return err
}

// take returns a generator that no other goroutine uses.
func (m *Model) take() *generate.Generator {
	m.mu.Lock()
	defer m.mu.Unlock()
	n := len(m.idle)
	if n == 0 {
		return generate.New(m.model)
	}
	g := m.idle[n-1]
	m.idle = m.idle[:n-1]
	return g
}

// put makes a generator available again.
func (m *Model) put(g *generate.Generator) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.idle = append(m.idle, g)
}
