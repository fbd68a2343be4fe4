package generatecmd

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/pkg/errors"

	"gorgpt/generate"
	"gorgpt/tokenizer"
)

// encode turns a prompt into tokens and reports characters that the vocabulary cannot spell.
func (c *command) encode(prompt string) ([]int32, error) {
	ids := c.tok.Encode(prompt)
	if len(ids) == 0 {
		return nil, errors.New("the prompt is empty: it must have at least one word, because the model has no token for the start of a text")
	}
	var unknown tokenizer.Unknowns
	unknown.Add(c.tok, prompt, ids)
	c.report("the prompt", &unknown)
	return ids, nil
}

// report prints how much of a text the vocabulary cannot spell.
func (c *command) report(what string, u *tokenizer.Unknowns) {
	if note := u.Report(what); note != "" {
		fmt.Fprintf(c.stderr, "generate: %s\n", note)
	}
}

// write prints a prompt and its continuation.
func (c *command) write(ctx context.Context, prompt string) error {
	ids, err := c.encode(prompt)
	if err != nil {
		return err
	}
	_, err = c.continueText(ctx, prompt, ids)
	if err != nil || c.alternatives == 0 {
		return err
	}
	if _, ends := c.word(ids[len(ids)-1]); ends {
		prompt += " "
	}
	return c.writeAlternatives(prompt)
}

// continueText prints continuations of ids, each after lead, and returns them.
func (c *command) continueText(ctx context.Context, lead string, ids []int32) ([][]int32, error) {
	p, err := newPrinter(c, lead, ids[len(ids)-1])
	if err != nil {
		return nil, err
	}
	var texts [][]int32
	if c.o.Beams > 0 {
		var found []generate.Hypothesis
		found, err = c.writer.Search(ctx, ids, c.o, p.isComplete)
		for i, h := range found {
			texts = append(texts, h.IDs)
			for _, id := range h.IDs {
				p.add(i, id)
			}
		}
	} else if c.alternatives > 0 {
		c.choices = make([][]generate.Choice, c.o.Samples)
		texts, err = c.writer.SampleRanked(ctx, ids, c.o, c.alternatives, func(i int, choice generate.Choice) bool {
			c.choices[i] = append(c.choices[i], choice)
			return p.add(i, choice.ID)
		})
	} else {
		texts, err = c.writer.Sample(ctx, ids, c.o, p.add)
	}
	p.finish()
	if err == nil {
		err = errors.Wrap(p.err, "writing the text")
	}
	return texts, err
}

// printer prints the first text as it is generated, then the others.
type printer struct {
	w       io.Writer
	err     error // the first write error
	lead    string
	streams []*generate.Stream
	waiting []strings.Builder
	ended   []bool
	shown   int // index of the text being printed
	fresh   generate.Stream
}

func newPrinter(c *command, lead string, last int32) (*printer, error) {
	n := c.o.Samples
	p := &printer{w: c.stdout, lead: lead, waiting: make([]strings.Builder, n), ended: make([]bool, n)}
	for range n {
		s, err := generate.NewStream(c.tok, last, c.stops)
		if err != nil {
			return nil, errors.WithMessage(err, "-stop")
		}
		p.streams = append(p.streams, s)
		p.fresh = *s
	}
	p.print(lead)
	return p, nil
}

// isComplete reports whether a text that beam search tries has a stop string.
func (p *printer) isComplete(ids []int32) bool {
	s, ended := p.fresh, false
	for _, id := range ids {
		_, ended = s.Add(id)
	}
	return ended
}

// add takes the next token of a text and reports whether the text continues.
func (p *printer) add(i int, id int32) bool {
	text, ended := p.streams[i].Add(id)
	if ended {
		p.ended[i] = true
	}
	if i == p.shown {
		p.print(text)
		p.advance()
	} else {
		p.waiting[i].WriteString(text)
	}
	return !ended && p.err == nil
}

// advance moves on to the first text that has not ended.
func (p *printer) advance() {
	for p.shown < len(p.ended)-1 && p.ended[p.shown] {
		p.shown++
		p.print("\n\n" + p.lead + p.waiting[p.shown].String())
	}
}

// finish prints the rest.
func (p *printer) finish() {
	for i := p.shown; i < len(p.ended); i++ {
		if i == p.shown {
			p.print(p.streams[i].Rest())
			p.ended[i] = true
			p.advance()
		}
	}
	p.print("\n")
}

func (p *printer) print(text string) {
	if p.err == nil {
		_, p.err = io.WriteString(p.w, text)
	}
}
