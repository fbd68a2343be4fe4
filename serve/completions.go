package serve

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/pkg/errors"
	"golang.org/x/sync/errgroup"

	"gorgpt"
	"gorgpt/generate"
	"gorgpt/tokenizer"
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
	LogitBias map[string]float64 `json:"logit_bias"`
	User      string             `json:"user"`

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
	var texts oneOrMany[string]
	if json.Unmarshal(data, &texts) == nil {
		p.texts = texts.values
		return nil
	}
	var ids oneOrMany[[]int32]
	if json.Unmarshal(data, &ids) == nil {
		p.ids = ids.values
		return nil
	}
	return invalid("prompt", "the prompt must be a text, a list of texts, a list of token ids, or a list of such lists")
}

// completion is a checked request.
type completion struct {
	model                   *gorgpt.Model
	name                    string
	tok                     *tokenizer.Tokenizer
	prompts                 [][]int32
	n, max                  int
	logProbs                int // alternatives of each token; -1: no log-probabilities
	echo, stream, withUsage bool
	stop                    []string
	sampling                gorgpt.Sampling
	id                      string
	created                 int64
	start                   time.Time
	first                   func(time.Duration) // takes the time of the first token; only text 0 uses it
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

// completions answers POST /v1/completions.
func (s *Server) completions(w http.ResponseWriter, r *http.Request) error {
	start := time.Now()
	var req completionRequest
	if err := read(r, &req); err != nil {
		return err
	}
	e, m, err := s.use(r, req.Model)
	if err != nil {
		return err
	}
	c, err := s.check(req, m)
	if err != nil {
		return err
	}
	c.name, c.start, c.created, c.id = e.Name, start, time.Now().Unix(), fmt.Sprintf("cmpl-%016x", rand.Uint64())
	c.first = func(d time.Duration) { s.count.first.WithLabelValues(e.Name).Observe(d.Seconds()) }
	rec := recordOf(r)
	for _, p := range c.prompts {
		rec.read += len(p)
	}
	if s.o.LogText {
		rec.text = strings.Join(req.Prompt.texts, "\n")
	}
	if c.stream {
		return c.streamTo(w, r, rec)
	}
	return c.answer(w, r, rec)
}

// check checks a request.
func (s *Server) check(req completionRequest, m *gorgpt.Model) (*completion, error) {
	tok, err := m.Tokenizer()
	if err != nil {
		return nil, err
	}
	c := &completion{
		model: m, tok: tok, n: or(req.N, 1), max: or(req.MaxTokens, defaultMaxTokens), logProbs: or(req.LogProbs, -1), echo: req.Echo,
		stream: req.Stream, withUsage: req.StreamOpts != nil && req.StreamOpts.IncludeUsage, stop: req.Stop.values,
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
	if _, err := generate.NewStream(tok, -1, c.stop); err != nil {
		return nil, invalid("stop", err.Error())
	}
	c.sampling.Tokens, c.sampling.Alternatives = c.max, max(c.logProbs, 0)
	return c, nil
}

// biases reads logit_bias, whose keys are token ids as texts.
func biases(in map[string]float64, size int) (map[int32]float64, error) {
	out := map[int32]float64{}
	for key, x := range in {
		id, err := strconv.Atoi(key)
		if err != nil || id < 0 || id >= size {
			return nil, invalid("logit_bias", fmt.Sprintf("%s is not a token: ids are from 0 to %d", quoted(key), size-1))
		}
		if !(math.Abs(x) <= 100) {
			return nil, invalid("logit_bias", fmt.Sprintf("the bias of token %d must be from -100 to 100", id))
		}
		out[int32(id)] = x
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

// choice is one text of an answer.
type choice struct {
	Text         string    `json:"text"`
	Index        int       `json:"index"`
	FinishReason *string   `json:"finish_reason"`
	LogProbs     *logProbs `json:"logprobs"`
}

// logProbs are those of the tokens of a text. A token without one, the first of a text, has null.
type logProbs struct {
	Tokens        []string             `json:"tokens"`
	TokenLogProbs []*float64           `json:"token_logprobs"`
	TopLogProbs   []map[string]float64 `json:"top_logprobs"`
	TextOffset    []int                `json:"text_offset"`
}

// usage counts tokens.
type usage struct {
	Prompt     int `json:"prompt_tokens"`
	Completion int `json:"completion_tokens"`
	Total      int `json:"total_tokens"`
}

// add adds a token that begins at an offset, counted in characters. Of alternatives with one text,
// such as a word and the beginning of one, the likelier is kept.
func (l *logProbs) add(t gorgpt.Token, offset, alternatives int) {
	l.Tokens, l.TextOffset = append(l.Tokens, t.Text), append(l.TextOffset, offset)
	if math.IsNaN(t.LogProb) {
		l.TokenLogProbs, l.TopLogProbs = append(l.TokenLogProbs, nil), append(l.TopLogProbs, nil)
		return
	}
	l.TokenLogProbs = append(l.TokenLogProbs, &t.LogProb)
	top := map[string]float64{}
	for _, a := range t.Alternatives[:min(alternatives, len(t.Alternatives))] {
		if p, found := top[a.Text]; !found || a.LogProb > p {
			top[a.Text] = a.LogProb
		}
	}
	l.TopLogProbs = append(l.TopLogProbs, top)
}

func newLogProbs() *logProbs {
	return &logProbs{Tokens: []string{}, TokenLogProbs: []*float64{}, TopLogProbs: []map[string]float64{}, TextOffset: []int{}}
}

// object is an answer, or a part of one.
func (c *completion) object(choices []choice, u *usage) map[string]any {
	o := map[string]any{
		"id": c.id, "object": "text_completion", "created": c.created, "model": c.name, "system_fingerprint": "gorgpt", "choices": choices,
	}
	if u != nil {
		o["usage"] = u
	}
	return o
}

// answer writes all texts and then answers.
func (c *completion) answer(w http.ResponseWriter, r *http.Request, rec *record) error {
	choices, written := make([]choice, len(c.prompts)*c.n), make([]int, len(c.prompts)*c.n)
	group, ctx := errgroup.WithContext(r.Context())
	for i := range choices {
		group.Go(caught(func() error {
			var text strings.Builder
			all := newLogProbs()
			reason, err := c.write(ctx, i, func(p part) error {
				text.WriteString(p.text)
				written[i] += p.written
				all.Tokens, all.TextOffset = append(all.Tokens, p.logProbs.Tokens...), append(all.TextOffset, p.logProbs.TextOffset...)
				all.TokenLogProbs, all.TopLogProbs = append(all.TokenLogProbs, p.logProbs.TokenLogProbs...), append(all.TopLogProbs, p.logProbs.TopLogProbs...)
				return nil
			})
			choices[i] = choice{Text: text.String(), Index: i, FinishReason: &reason}
			if c.logProbs >= 0 {
				choices[i].LogProbs = all
			}
			return err
		}))
	}
	if err := group.Wait(); err != nil {
		return err
	}
	for _, n := range written {
		rec.written += n
	}
	return writeJSON(w, http.StatusOK, c.object(choices, c.usage(rec.written)))
}

// caught returns f with a panic as an error, for a goroutine that would end the process with it.
func caught(f func() error) func() error {
	return func() (err error) {
		defer func() {
			if p := recover(); p != nil {
				err = errors.Errorf("writing a text: %v", p)
			}
		}()
		return f()
	}
}

func (c *completion) usage(written int) *usage {
	u := &usage{Completion: written}
	for _, p := range c.prompts {
		u.Prompt += len(p)
	}
	u.Total = u.Prompt + u.Completion
	return u
}

// part is a piece of a text with the tokens that it took. Their number may differ from those in
// logProbs, since text that may become a stop text is held back.
type part struct {
	text     string
	written  int
	logProbs *logProbs // not nil
}

// write writes text i: the prompt if it is echoed, and then tokens until the end, for which it returns
// the reason.
func (c *completion) write(ctx context.Context, i int, give func(part) error) (reason string, err error) {
	prompt, offset := c.prompts[i/c.n], 0
	add := func(l *logProbs, t gorgpt.Token) {
		l.add(t, offset, max(c.logProbs, 0))
		offset += utf8.RuneCountInString(t.Text)
	}
	if c.echo {
		p, err := c.echoed(ctx, prompt, add)
		if err != nil {
			return "", err
		}
		if err := give(p); err != nil {
			return "", err
		}
	}
	if c.max == 0 {
		return "length", nil
	}
	text, err := generate.NewStream(c.tok, prompt[len(prompt)-1], c.stop)
	if err != nil {
		return "", err
	}
	sampling := c.sampling
	sampling.Sample = i % c.n
	for token, err := range c.model.Continue(ctx, prompt, sampling) {
		if err != nil {
			return "", err
		}
		if i == 0 && c.first != nil {
			c.first(time.Since(c.start))
			c.first = nil
		}
		p := part{written: 1, logProbs: newLogProbs()}
		ended := false
		if p.text, ended = text.Add(token.ID); !ended || p.text != "" {
			add(p.logProbs, token)
		}
		if err := give(p); err != nil {
			return "", err
		}
		if ended {
			return "stop", nil
		}
	}
	return "length", give(part{text: text.Rest(), logProbs: newLogProbs()})
}

// echoed is the prompt, with log-probabilities if they are asked for.
func (c *completion) echoed(ctx context.Context, prompt []int32, add func(*logProbs, gorgpt.Token)) (part, error) {
	p := part{logProbs: newLogProbs()}
	var tokens []gorgpt.Token
	if c.logProbs >= 0 {
		var err error
		if tokens, err = c.model.ScoreTokens(ctx, prompt, c.logProbs); err != nil {
			return p, err
		}
	}
	var b strings.Builder
	for _, t := range tokens {
		b.WriteString(t.Text)
		add(p.logProbs, t)
	}
	if p.text = b.String(); c.logProbs < 0 {
		p.text = strings.TrimSuffix(c.tok.Decode(prompt), " ")
	}
	return p, nil
}
