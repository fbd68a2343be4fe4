package serve

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"net/http"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/pkg/errors"
	"golang.org/x/sync/errgroup"

	"gorgpt"
	"gorgpt/generate"
	"gorgpt/tokenizer"
)

// completion is a checked request.
type completion struct {
	model                   *gorgpt.Model
	name                    string
	tok                     *tokenizer.Tokenizer
	prompts                 [][]int32
	n, max                  int
	logProbs                int // alternatives of each token; -1: no log-probabilities
	echo, stream, withUsage bool
	withIDs                 bool
	echoes                  []func() (part, error) // of each prompt; nil: nothing is echoed
	stop                    []string
	sampling                gorgpt.Sampling
	id                      string
	created                 int64
	start                   time.Time
	first                   func(time.Duration) // takes the time of the first token; only text 0 uses it
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
	c, err := s.check(r.Context(), req, m)
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

// choice is one text of an answer.
type choice struct {
	Text         string    `json:"text"`
	Index        int       `json:"index"`
	FinishReason *string   `json:"finish_reason"`
	LogProbs     *logProbs `json:"logprobs"`
	TokenIDs     []int32   `json:"token_ids,omitempty"` // as in vLLM
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
			var ids []int32
			all := newLogProbs()
			reason, err := c.write(ctx, i, func(p part) error {
				text.WriteString(p.text)
				written[i] += p.written
				ids = append(ids, p.ids...)
				all.Tokens, all.TextOffset = append(all.Tokens, p.logProbs.Tokens...), append(all.TextOffset, p.logProbs.TextOffset...)
				all.TokenLogProbs, all.TopLogProbs = append(all.TokenLogProbs, p.logProbs.TokenLogProbs...), append(all.TopLogProbs, p.logProbs.TopLogProbs...)
				return nil
			})
			choices[i] = choice{Text: text.String(), Index: i, FinishReason: &reason, TokenIDs: ids}
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
	ids      []int32   // of the tokens, if they are asked for
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
		p, err := c.echoes[i/c.n]()
		if err != nil {
			return "", err
		}
		if err := give(p); err != nil {
			return "", err
		}
		offset = utf8.RuneCountInString(p.text)
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
		p := part{written: 1, logProbs: newLogProbs(), ids: c.idsOf(token.ID)}
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

// idsOf returns the ids of tokens if they are asked for.
func (c *completion) idsOf(ids ...int32) []int32 {
	if c.withIDs {
		return ids
	}
	return nil
}

// echoed is the prompt, with log-probabilities if they are asked for. All n texts begin with it.
func (c *completion) echoed(ctx context.Context, prompt []int32) (part, error) {
	p := part{logProbs: newLogProbs(), ids: c.idsOf(prompt...)}
	var tokens []gorgpt.Token
	if c.logProbs >= 0 {
		var err error
		if tokens, err = c.model.ScoreTokens(ctx, prompt, c.logProbs); err != nil {
			return p, err
		}
	}
	var b strings.Builder
	offset := 0
	for _, t := range tokens {
		b.WriteString(t.Text)
		p.logProbs.add(t, offset, c.logProbs)
		offset += utf8.RuneCountInString(t.Text)
	}
	if p.text = b.String(); c.logProbs < 0 {
		p.text = strings.TrimSuffix(c.tok.Decode(prompt), " ")
	}
	return p, nil
}
