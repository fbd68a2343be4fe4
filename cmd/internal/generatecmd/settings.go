package generatecmd

import (
	"flag"
	"io"
	"slices"

	"github.com/pkg/errors"

	"gorgpt/cmd/internal/cli"
	"gorgpt/generate"
	"gorgpt/internal/outfile"
	"gorgpt/tokenizer"
)

// settings is the command line.
type settings struct {
	folder, pipeline, prompt string
	interactive              bool
	ctx                      int
	stops                    []string
	score, attention         string
	scoreJSON                bool
	o                        generate.Options
	draw                     cli.Draw
	given                    cli.Given
}

// parse reads the command line.
func parse(args []string, help io.Writer) (*settings, error) {
	s := &settings{o: generate.Options{Tokens: 100, Samples: 1, Temperature: 0.8, TopK: 40, TopP: 1, Penalty: 1, Seed: 1}}
	given, err := cli.Parse(s.flags(), args, usage, "text is given with -prompt", help)
	if err != nil {
		return nil, err
	}
	s.given = given
	return s, s.check()
}

// flags declares the flags with the values in s as defaults.
func (s *settings) flags() *flag.FlagSet {
	fs := cli.NewFlags("generate")
	fs.StringVar(&s.folder, "model", "", "")
	fs.IntVar(&s.ctx, "ctx", 0, "")
	fs.StringVar(&s.pipeline, "pipeline", "", "")
	fs.StringVar(&s.prompt, "prompt", "", "")
	fs.BoolVar(&s.interactive, "interactive", false, "")
	fs.IntVar(&s.o.Tokens, "tokens", s.o.Tokens, "")
	fs.Func("stop", "", func(v string) error { s.stops = append(s.stops, v); return nil })
	fs.IntVar(&s.o.Samples, "n", s.o.Samples, "")
	fs.Uint64Var(&s.o.Seed, "seed", s.o.Seed, "")
	fs.Float64Var(&s.o.Temperature, "temperature", s.o.Temperature, "")
	fs.IntVar(&s.o.TopK, "top-k", s.o.TopK, "")
	fs.Float64Var(&s.o.TopP, "top-p", s.o.TopP, "")
	fs.Float64Var(&s.o.Penalty, "repetition-penalty", s.o.Penalty, "")
	fs.IntVar(&s.o.Beams, "beams", 0, "")
	fs.IntVar(&s.o.Slide, "slide", 0, "")
	fs.StringVar(&s.score, "score", "", "")
	fs.BoolVar(&s.scoreJSON, "score-json", false, "")
	fs.StringVar(&s.attention, "attention", "", "")
	s.draw.Flags(fs)
	return fs
}

// ofChoice are the flags of drawing, which greedy search and beam search do not heed.
var ofChoice = []string{"temperature", "top-k", "top-p"}

// ofWriting are the flags that have no use when nothing is written.
var ofWriting = append([]string{"interactive", "tokens", "stop", "n", "seed", "repetition-penalty", "beams", "slide"}, ofChoice...)

// check refuses values that cannot work, and flags that would not be heeded.
func (s *settings) check() error {
	err := s.given.CheckInts(
		cli.Int{Name: "ctx", Value: s.ctx, Least: 1}, cli.Int{Name: "tokens", Value: s.o.Tokens, Least: 1},
		cli.Int{Name: "n", Value: s.o.Samples, Least: 1}, cli.Int{Name: "top-k", Value: s.o.TopK, Least: 0},
		cli.Int{Name: "beams", Value: s.o.Beams, Least: 1}, cli.Int{Name: "slide", Value: s.o.Slide, Least: 1})
	if err == nil {
		err = s.given.CheckNumbers(cli.Number{Name: "temperature", Value: s.o.Temperature})
	}
	if err == nil {
		err = s.draw.Check(s.given, "decode")
	}
	if err == nil {
		outputs := append(s.draw.Files(), outfile.Name{Flag: "-attention", Path: s.attention})
		err = outfile.Check(outputs, []outfile.Name{{Flag: "-score", Path: s.score}})
	}
	_, pipelineErr := tokenizer.ParsePipeline(s.pipeline)
	switch {
	case err != nil:
		return err
	case s.given["top-p"] && !(s.o.TopP > 0 && s.o.TopP <= 1):
		return errors.Errorf("-top-p is %v: want a share, 0 < p ≤ 1", s.o.TopP)
	case s.given["repetition-penalty"] && !(s.o.Penalty >= 1 && s.o.Penalty < 1e6):
		return errors.Errorf("-repetition-penalty is %v: want 1 or more", s.o.Penalty)
	case s.given["pipeline"] && pipelineErr != nil:
		return errors.Errorf("-pipeline is %q: want %s or %s", s.pipeline, tokenizer.Bert, tokenizer.Original)
	case s.given["score"] && s.score == "":
		return errors.New("-score needs the name of a file, or - for standard input")
	case s.given["attention"] && s.attention == "":
		return errors.New("-attention needs the name of a file to write")
	case s.scoreJSON && s.score == "":
		return errors.New("-score-json is how -score writes: name a file with -score")
	}
	return s.checkUse()
}

// checkUse refuses flags that contradict each other.
func (s *settings) checkUse() error {
	none := func(what string, flags []string) error {
		for _, name := range flags {
			if s.given[name] {
				return errors.Errorf("%s: -%s has no use there", what, name)
			}
		}
		return nil
	}
	switch {
	case s.draw.Wanted():
		return none("-dot, -svg and -summary write no text", append(slices.Clone(ofWriting), "prompt", "attention", "score"))
	case s.score != "":
		return none("-score only reads", append(slices.Clone(ofWriting), "prompt", "attention"))
	case s.attention != "":
		return none("-attention writes no text", ofWriting)
	case s.interactive:
		if err := none("-interactive writes one text as it comes", []string{"prompt", "n", "beams"}); err != nil {
			return err
		}
	}
	switch {
	case s.o.Beams > 0:
		if err := none("-beams draws nothing", append([]string{"seed"}, ofChoice...)); err != nil {
			return err
		}
		if s.o.Samples > s.o.Beams {
			return errors.Errorf("-n is %d: beam search has only the %d of -beams", s.o.Samples, s.o.Beams)
		}
		s.o.Temperature, s.o.TopK, s.o.TopP = 0, 0, 0
	case s.o.Temperature == 0:
		if s.o.Samples > 1 {
			return errors.Errorf("-n is %d: with -temperature 0 all texts are the same", s.o.Samples)
		}
		return none("-temperature 0 draws nothing", []string{"top-k", "top-p", "seed"})
	}
	return nil
}
