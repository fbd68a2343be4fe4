package serve

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"net/http"
	"strconv"
	"sync"

	"gorgpt"
	"gorgpt/generate"
)

// completionRequest is the body of /v1/completions. A pointer is nil for a field that is missing or null.
type completionRequest struct {
	Model       string            `json:"model"`
	Prompt      prompts           `json:"prompt"`
	MaxTokens   *int              `json:"max_tokens"`
	Temperature *float64          `json:"temperature"`
	TopP        *float64          `json:"top_p"`
	TopK        int               `json:"top_k"`
	N           *int              `json:"n"`
	LogProbs    *int              `json:"logprobs"`
	Echo        bool              `json:"echo"`
	Stop        oneOrMany[string] `json:"stop"`
	Seed        *int64            `json:"seed"`
	Stream      bool              `json:"stream"`
	StreamOpts  *struct {
		IncludeUsage bool `json:"include_usage"`
	} `json:"stream_options"`
	LogitBias map[string]*float64 `json:"logit_bias"`
	User      string              `json:"user"`
	TokenIDs  bool                `json:"return_token_ids"`

	// Accepted only with the values that change nothing.
	Suffix    string  `json:"suffix"`
	BestOf    *int    `json:"best_of"`
	Frequency float64 `json:"frequency_penalty"`
	Presence  float64 `json:"presence_penalty"`
}

// prompts are texts, or token ids.
type prompts struct {
	texts []string
	ids   [][]int32
}

// UnmarshalJSON reads a text, a list of texts, a list of ids, or a list of such lists.
func (p *prompts) UnmarshalJSON(data []byte) error {
	*p = prompts{}
	var texts oneOrMany[string]
	if json.Unmarshal(data, &texts) == nil {
		p.texts = texts.values
		return nil
	}
	var ids oneOrMany[tokenIDs]
	if json.Unmarshal(data, &ids) == nil {
		for _, one := range ids.values {
			p.ids = append(p.ids, one)
		}
		return nil
	}
	return invalid("prompt", "the prompt must be a text, a list of texts, a list of token ids, or a list of such lists")
}

// check checks a request, whose context is ctx.
func (s *Server) check(ctx context.Context, req completionRequest, m *gorgpt.Model) (*completion, error) {
	tok, err := m.Tokenizer()
	if err != nil {
		return nil, err
	}
	c := &completion{
		model: m, tok: tok, n: or(req.N, 1), max: or(req.MaxTokens, defaultMaxTokens), logProbs: or(req.LogProbs, -1), echo: req.Echo,
		stream: req.Stream, withUsage: req.StreamOpts != nil && req.StreamOpts.IncludeUsage, stop: req.Stop.values, withIDs: req.TokenIDs,
		sampling: gorgpt.Sampling{
			Temperature: or(req.Temperature, 1), TopP: or(req.TopP, 1), TopK: req.TopK, Seed: uint64(or(req.Seed, rand.Int64())),
		},
	}
	switch {
	case req.Suffix != "":
		return nil, invalid("suffix", "a suffix is not supported: GPT-1 only continues a text")
	case req.BestOf != nil && *req.BestOf != c.n:
		return nil, invalid("best_of", "best_of is not supported: ask for n texts with logprobs, and choose")
	case req.Frequency != 0:
		return nil, invalid("frequency_penalty", "penalties are not supported: leave it out, or set it to 0")
	case req.Presence != 0:
		return nil, invalid("presence_penalty", "penalties are not supported: leave it out, or set it to 0")
	case req.StreamOpts != nil && !req.Stream:
		return nil, invalid("stream_options", "stream_options need stream")
	case c.n < 1:
		return nil, invalid("n", "n must be 1 or more")
	case c.max < 0:
		return nil, invalid("max_tokens", "max_tokens must be 0 or more")
	case c.max == 0 && !c.echo:
		return nil, invalid("max_tokens", "max_tokens of 0 is for echo, which returns the prompt")
	case req.LogProbs != nil && (c.logProbs < 0 || c.logProbs > mostLogProbs || c.logProbs > tok.Size()):
		return nil, invalid("logprobs", fmt.Sprintf("logprobs must be from 0 to %d", min(mostLogProbs, tok.Size())))
	case len(c.stop) > mostStops:
		return nil, invalid("stop", fmt.Sprintf("there may be %d stop texts", mostStops))
	case req.TopP != nil && !(*req.TopP > 0 && *req.TopP <= 1):
		return nil, invalid("top_p", "top_p must be above 0 and at most 1")
	case !(c.sampling.Temperature >= 0 && c.sampling.Temperature <= 100):
		return nil, invalid("temperature", "the temperature must be from 0 to 100")
	case req.TopK < 0:
		return nil, invalid("top_k", "top_k must be 0, which is off, or more")
	}
	if c.sampling.Bias, err = biases(req.LogitBias, tok.Size()); err != nil {
		return nil, err
	}
	if c.prompts, err = c.encode(req.Prompt, m.Context()); err != nil {
		return nil, err
	}
	if texts := len(c.prompts) * c.n; texts > s.o.Limits.Inputs || c.n > s.o.Limits.Inputs {
		return nil, &problem{http.StatusRequestEntityTooLarge, "too_many_inputs", "n", fmt.Sprintf("%d prompts times n = %d is more than %d texts", len(c.prompts), c.n, s.o.Limits.Inputs)}
	} else if c.max > s.o.Limits.Tokens/texts {
		return nil, invalid("max_tokens", fmt.Sprintf("%d texts of %d tokens are more than the %d tokens of a request", texts, c.max, s.o.Limits.Tokens))
	}
	if c.echo {
		read := 0
		for _, p := range c.prompts {
			read += len(p)
			c.echoes = append(c.echoes, sync.OnceValues(func() (part, error) { return c.echoed(ctx, p) }))
		}
		if c.logProbs >= 0 && read > s.o.Limits.Tokens/c.n {
			return nil, &problem{http.StatusRequestEntityTooLarge, "too_many_tokens", "prompt", fmt.Sprintf("log-probabilities of prompts of %d tokens, times n = %d, are more than the %d tokens of a request", read, c.n, s.o.Limits.Tokens)}
		}
	}
	if _, err := generate.NewStream(tok, -1, c.stop); err != nil {
		return nil, invalid("stop", err.Error())
	}
	c.sampling.Tokens, c.sampling.Alternatives = c.max, max(c.logProbs, 0)
	return c, nil
}

// biases reads logit_bias, whose keys are token ids as texts.
func biases(in map[string]*float64, size int) (map[int32]float64, error) {
	out := map[int32]float64{}
	for key, x := range in {
		id, err := strconv.Atoi(key)
		if err != nil || id < 0 || id >= size || strconv.Itoa(id) != key { // so that no id stands twice
			return nil, invalid("logit_bias", fmt.Sprintf("%s is not a token: ids are from 0 to %d", quoted(key), size-1))
		}
		if x == nil || !(math.Abs(*x) <= 100) {
			return nil, invalid("logit_bias", fmt.Sprintf("the bias of token %d must be from -100 to 100", id))
		}
		out[int32(id)] = *x
	}
	return out, nil
}

// encode tokenizes prompts and checks ids.
func (c *completion) encode(p prompts, ctx int) ([][]int32, error) {
	all := p.ids
	for _, text := range p.texts {
		all = append(all, c.tok.Encode(text))
	}
	if len(all) == 0 {
		return nil, invalid("prompt", "there is no prompt")
	}
	for i, ids := range all {
		if len(ids) == 0 {
			return nil, invalid("prompt", fmt.Sprintf("prompt %d has no token: it must have at least one word", i))
		}
		for _, id := range ids {
			if id < 0 || int(id) >= c.tok.Size() {
				return nil, invalid("prompt", fmt.Sprintf("prompt %d: %d is not a token: ids are from 0 to %d", i, id, c.tok.Size()-1))
			}
		}
	}
	return all, nil
}

const (
	defaultMaxTokens = 16
	mostStops        = 4
	mostLogProbs     = 20
)

func or[T any](p *T, otherwise T) T {
	if p != nil {
		return *p
	}
	return otherwise
}
