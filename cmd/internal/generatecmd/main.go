// Package generatecmd implements gorgpt generate, which continues a prompt, scores texts, or writes
// attention weights.
//
//	go run ./cmd/gorgpt generate -model DIR -prompt "once upon a time"
package generatecmd

import (
	"context"
	"fmt"
	"io"
	"os"

	"github.com/pkg/errors"
	"golang.org/x/term"

	"gorgpt/checkpoint"
	"gorgpt/cmd/internal/cli"
	"gorgpt/cmd/internal/hubcli"
	"gorgpt/generate"
	"gorgpt/gpt1"
	"gorgpt/graph/draw"
	"gorgpt/pretrain"
	"gorgpt/tokenizer"
)

// Run runs the command with its arguments and standard streams. It returns the exit status.
func Run(args []string, stdin io.Reader, out, stderr io.Writer) int {
	stdout := cli.NewOutput(out)
	var s *settings
	parse := func() (err error) {
		s, err = parse(args, stdout)
		return err
	}
	return cli.Run("generate", stdout, stderr, parse, func(ctx context.Context) error {
		c, err := s.open(ctx, stdin, stdout, stderr)
		if err != nil {
			return err
		}
		return c.do(ctx)
	})
}

// command is a command line with the model that it names.
type command struct {
	*settings
	model          *gpt1.Model
	tok            *tokenizer.Tokenizer
	writer         *generate.Generator
	stdin          io.Reader
	stdout, stderr io.Writer
	terminal       bool                // stdin is a terminal
	choices        [][]generate.Choice // of each text, with -alternatives
}

// open reads the model.
func (s *settings) open(ctx context.Context, stdin io.Reader, stdout, stderr io.Writer) (*command, error) {
	c := &command{settings: s, stdin: stdin, stdout: stdout, stderr: stderr}
	if f, isFile := stdin.(*os.File); isFile {
		c.terminal = term.IsTerminal(int(f.Fd()))
	}
	dir, err := s.modelFolder(ctx, stderr)
	if err != nil {
		return nil, err
	}
	if _, err := os.Stat(dir); err != nil {
		return nil, errors.Wrap(err, "-model")
	}
	m, tok, notes, err := checkpoint.ReadFolderAs(dir, s.ctx, s.dtype)
	if err != nil {
		return nil, err
	}
	for _, note := range notes {
		fmt.Fprintf(stderr, "generate: %s\n", note)
	}
	if m.IsLSTM() && c.score == "" {
		return nil, errors.Errorf("%s is an LSTM: only -score works with it", dir)
	}
	if s.pipeline != "" {
		p, err := tokenizer.ParsePipeline(s.pipeline)
		if err != nil {
			return nil, err
		}
		tok = tok.WithPipeline(p)
	}
	c.model, c.tok, c.writer = m, tok, generate.New(m)
	// No training text contains these tokens, so none may be written.
	for _, token := range []string{tokenizer.Unknown, tokenizer.Start, tokenizer.Delimiter, tokenizer.Classify} {
		if id, found := tok.ID(token); found {
			s.o.Ban = append(s.o.Ban, id)
		}
	}
	if s.alternatives > m.VocabSize {
		return nil, errors.Errorf("-alternatives must be at most %d, the size of the vocabulary, not %d", m.VocabSize, s.alternatives)
	}
	return c, s.o.Validate(m.Config)
}

// modelFolder returns the folder of the model. Without -model it is the newest one; modelFolder
// then prints its name.
func (s *settings) modelFolder(ctx context.Context, stderr io.Writer) (string, error) {
	if s.folder != "" {
		dir, _, err := hubcli.Model(ctx, s.folder, hubcli.Listener(stderr))
		return dir, errors.WithMessage(err, "-model")
	}
	dir, kind, err := pretrain.NewestOfAny()
	switch {
	case err != nil:
		return "", err
	case dir == "":
		return "", errors.New("no trained model under runs/: name one with -model, or train one with gorgpt train")
	}
	fmt.Fprintf(stderr, "generate: -model %s, %s\n", dir, kind)
	return dir, nil
}

// do executes the command line.
func (c *command) do(ctx context.Context) error {
	defer limitGarbage()()
	if c.draw.Wanted() {
		g, fill := generate.Declare(c.model, 1)
		title := fmt.Sprintf("decode: one more token after up to N = %d", c.model.NCtx)
		paper := cli.Paper(fmt.Sprintf("a text of up to T = %d tokens", c.model.NCtx), c.model.Config, 1)
		return c.draw.Export(ctx, draw.Subject{Title: title, Graph: g, Fill: fill, Paper: paper}, c.stdout)
	}
	if c.score != "" {
		return c.scoreFile(ctx)
	}
	if c.talks() {
		return c.talk(ctx)
	}
	var err error
	if c.given["prompt"] {
		c.prompt, err = c.decode("-prompt", []byte(c.prompt))
	} else {
		c.prompt, err = c.readPrompt(ctx)
	}
	if err != nil {
		return err
	}
	if c.attention != "" {
		return c.writeAttention()
	}
	return c.write(ctx, c.prompt)
}
