package generatecmd

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"runtime"

	"github.com/pkg/errors"

	"gorgpt/generate"
	"gorgpt/internal/parallel"
	"gorgpt/internal/plural"
	"gorgpt/internal/regular"
	"gorgpt/loaders/charset"
	"gorgpt/tokenizer"
)

// maxLine is the maximum length in bytes of a line to score or of typed text.
const maxLine = 16 << 20

// scoreFile writes the log-probability of each line of a file, and the total to stderr.
func (c *command) scoreFile(ctx context.Context) (err error) {
	name, open := c.score, func() (io.Reader, error) { f, _, err := regular.Open(c.score, "texts"); return f, err } // stays open until the process ends
	if c.score == "-" {
		name, open = "standard input", func() (io.Reader, error) { return c.stdin, nil }
	}
	decoded, out := readDecoded(ctx, open), bufio.NewWriter(c.stdout)
	defer func() {
		if flushErr := out.Flush(); err == nil {
			err = errors.Wrap(flushErr, "writing the scores")
		}
	}()
	var found charset.Found
	lines := func(yield func(scored, error) bool) {
		for number := 1; ; number++ {
			var line read
			select {
			case <-ctx.Done():
				yield(scored{}, ctx.Err())
				return
			case line = <-decoded:
			}
			if found = line.found; errors.Is(line.err, io.EOF) {
				return
			}
			if !yield(scored{Line: number, Text: line.text}, errors.Wrapf(line.err, "-score: %s, line %d", name, number)) {
				return
			}
		}
	}
	var all scored
	var unknown tokenizer.Unknowns
	number, bytes, scorer := 0, 0, generate.NewScorer(c.model)
	for s, err := range parallel.InOrder(lines, c.scorers(), 2*c.scorers(), func(s scored) (scored, error) { return c.scoreLine(ctx, scorer, s) }) {
		if err != nil {
			return err
		}
		number++
		bytes += len(s.Text)
		unknown.Add(c.tok, s.Text, s.ids)
		all.LogProb, all.Predicted = all.LogProb+s.LogProb, all.Predicted+s.Predicted
		if err := s.write(out, c.scoreJSON); err != nil {
			return errors.Wrap(err, "writing the scores")
		}
	}
	c.sayFound(name, found)
	c.report("-score", &unknown)
	fmt.Fprintf(c.stderr, "%s, %s predicted: log-probability %.4f, perplexity %s", plural.Of(number, "line"), plural.Of(all.Predicted, "token"), all.LogProb, all.perplexityText())
	if bytes > 0 {
		fmt.Fprintf(c.stderr, ", %.4f bits per byte", -all.LogProb/math.Ln2/float64(bytes))
	}
	fmt.Fprintln(c.stderr)
	return nil
}

// scorers is the number of lines that are scored at once.
func (c *command) scorers() int {
	if c.model.Wide() {
		return 1
	}
	return runtime.GOMAXPROCS(0)
}

// scoreLine scores the text of a line.
func (c *command) scoreLine(ctx context.Context, scorer *generate.Scorer, s scored) (scored, error) {
	ids := c.tok.Encode(s.Text)
	logProbs, err := scorer.LogProbs(ctx, ids)
	if err != nil {
		return s, errors.WithMessagef(err, "-score: line %d", s.Line)
	}
	s.ids = ids
	for i, id := range ids {
		token, _ := c.tok.Token(id)
		t := scoredToken{Token: token, ID: id}
		if i > 0 {
			t.LogProb = &logProbs[i-1]
			s.LogProb += logProbs[i-1]
		}
		s.Tokens = append(s.Tokens, t)
	}
	s.Predicted = len(logProbs)
	return s, nil
}

// scored is a line with its log-probability.
type scored struct {
	Line       int           `json:"line"`
	Text       string        `json:"text"`
	LogProb    float64       `json:"logprob"`
	Perplexity *float64      `json:"perplexity"` // null if nothing was predicted, or if it is infinite
	Predicted  int           `json:"predicted"`
	Tokens     []scoredToken `json:"tokens"`

	ids []int32
}

// scoredToken is a token; the first of a line is not predicted.
type scoredToken struct {
	Token   string   `json:"token"`
	ID      int32    `json:"id"`
	LogProb *float64 `json:"logprob"`
}

// perplexity returns the exponential of the mean of −log P.
func (s *scored) perplexity() float64 { return math.Exp(-s.LogProb / float64(s.Predicted)) }

func (s *scored) perplexityText() string {
	if s.Predicted == 0 {
		return "-"
	}
	return fmt.Sprintf("%.4f", s.perplexity())
}

// write writes a line of text or of JSON.
func (s *scored) write(w io.Writer, asJSON bool) error {
	if !asJSON {
		_, err := fmt.Fprintf(w, "%.4f\t%s\t%d\t%s\n", s.LogProb, s.perplexityText(), s.Predicted, s.Text)
		return err
	}
	if p := s.perplexity(); s.Predicted > 0 && !math.IsInf(p, 0) {
		s.Perplexity = &p
	}
	if s.Tokens == nil {
		s.Tokens = []scoredToken{}
	}
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false) // keep </w> readable
	return enc.Encode(s)
}
