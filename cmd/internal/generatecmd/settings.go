package generatecmd

import (
	"flag"
	"io"
	"slices"

	"github.com/pkg/errors"

	"gorgpt/cmd/internal/cli"
	"gorgpt/generate"
	"gorgpt/graph"
	"gorgpt/internal/outfile"
	"gorgpt/tokenizer"
)

// settings holds the settings on the command line.
type settings struct {
	folder, pipeline, prompt string
	interactive              bool
	ctx                      int
	dtype                    graph.Dtype
	stops                    []string
	score, attention         string
	alternatives             int
	html                     string // page of the alternatives; "": none
	scoreJSON                bool
	o                        generate.Options
	draw                     cli.Draw
	given                    cli.Given
}

// parse reads the command line.
func parse(args []string, help io.Writer) (*settings, error) {
	s := &settings{o: generate.Defaults()}
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
	fs.Var(&s.dtype, "dtype", "")
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
	fs.IntVar(&s.alternatives, "alternatives", 0, "")
	fs.StringVar(&s.html, "html", "", "")
	fs.StringVar(&s.score, "score", "", "")
	fs.BoolVar(&s.scoreJSON, "score-json", false, "")
	fs.StringVar(&s.attention, "attention", "", "")
	s.draw.Flags(fs)
	return fs
}

// samplingFlags apply only to sampling, not to greedy search or beam search.
var samplingFlags = []string{"temperature", "top-k", "top-p"}

// writingFlags apply only where the command writes text.
var writingFlags = append([]string{"interactive", "tokens", "stop", "n", "seed", "repetition-penalty", "beams", "slide", "alternatives", "html"}, samplingFlags...)

// notInteractive are flags that cannot be combined with -interactive.
var notInteractive = []string{"prompt", "n", "beams", "alternatives", "html"}

// check returns an error for invalid values and for flags that would have no effect.
func (s *settings) check() error {
	err := s.given.CheckInts(
		cli.Int{Name: "ctx", Value: s.ctx, Least: 1}, cli.Int{Name: "tokens", Value: s.o.Tokens, Least: 1},
		cli.Int{Name: "n", Value: s.o.Samples, Least: 1}, cli.Int{Name: "top-k", Value: s.o.TopK, Least: 0},
		cli.Int{Name: "beams", Value: s.o.Beams, Least: 1}, cli.Int{Name: "slide", Value: s.o.Slide, Least: 1},
		cli.Int{Name: "alternatives", Value: s.alternatives, Least: 1})
	if err == nil {
		err = s.given.CheckNumbers(cli.Number{Name: "temperature", Value: s.o.Temperature})
	}
	if s.given["dot-graph"] || s.draw.Wanted() {
		s.draw.HTML, s.html = s.html, ""
	}
	if err == nil {
		err = s.draw.Check(s.given, "decode")
	}
	if err == nil {
		outputs := append(s.draw.Files(), outfile.Name{Flag: "-attention", Path: s.attention}, outfile.Name{Flag: "-html", Path: s.html})
		err = outfile.Check(outputs, []outfile.Name{{Flag: "-score", Path: s.score}})
	}
	_, pipelineErr := tokenizer.ParsePipeline(s.pipeline)
	switch {
	case err != nil:
		return err
	case s.given["top-p"] && !(s.o.TopP > 0 && s.o.TopP <= 1):
		return errors.Errorf("-top-p must be above 0 and at most 1, not %v", s.o.TopP)
	case s.given["repetition-penalty"] && !(s.o.Penalty >= 1 && s.o.Penalty < 1e6):
		return errors.Errorf("-repetition-penalty must be between 1 and 1e6, not %v", s.o.Penalty)
	case s.given["pipeline"] && pipelineErr != nil:
		return errors.Errorf("-pipeline must be %s or %s, not %q", tokenizer.Bert, tokenizer.Original, s.pipeline)
	case s.given["score"] && s.score == "":
		return errors.New("-score needs the name of a file, or - for standard input")
	case s.given["attention"] && s.attention == "":
		return errors.New("-attention needs the name of a file to write")
	case s.given["html"] && s.html == "" && s.draw.HTML == "":
		return errors.New("-html needs the name of a file to write")
	case s.html != "" && s.alternatives == 0 && s.score == "" && s.attention == "" && !s.draw.Wanted():
		return errors.New("-html shows the alternatives of each token: add -alternatives N")
	case s.scoreJSON && s.score == "":
		return errors.New("-score-json needs -score")
	}
	return s.checkUse()
}

// checkUse returns an error if flags contradict each other.
func (s *settings) checkUse() error {
	none := func(with string, flags []string) error {
		for _, name := range flags {
			if s.given[name] {
				return errors.Errorf("-%s cannot be combined with %s", name, with)
			}
		}
		return nil
	}
	switch {
	case s.draw.Wanted():
		writing := slices.DeleteFunc(slices.Clone(writingFlags), func(name string) bool { return name == "html" }) // it shows the graph
		return none("-dot, -svg, -summary or -dot-graph", append(writing, "prompt", "pipeline", "attention", "score"))
	case s.score != "":
		return none("-score", append(slices.Clone(writingFlags), "prompt", "attention"))
	case s.attention != "":
		return none("-attention", writingFlags)
	case s.interactive:
		if err := none("-interactive", notInteractive); err != nil {
			return err
		}
	}
	switch {
	case s.o.Beams > 0:
		if err := none("-beams", append([]string{"seed", "alternatives"}, samplingFlags...)); err != nil {
			return err
		}
		if s.o.Samples > s.o.Beams {
			return errors.Errorf("-n must be at most %d, the value of -beams, not %d", s.o.Beams, s.o.Samples)
		}
		s.o.Temperature, s.o.TopK, s.o.TopP = 0, 0, 0
	case s.o.Samples > 1 && (s.o.Temperature == 0 || s.o.TopK == 1):
		return errors.Errorf("-n must be 1 with -temperature 0 or -top-k 1, not %d: all texts would be the same", s.o.Samples)
	case s.o.Temperature == 0:
		return none("-temperature 0", []string{"top-k", "top-p", "seed"})
	}
	return nil
}
