package cli

import (
	"cmp"
	"context"
	"flag"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"github.com/pkg/errors"

	"gorgpt/gpt1"
	"gorgpt/graph"
	"gorgpt/graph/draw"
	"gorgpt/internal/atomicfile"
	"gorgpt/internal/outfile"
	"gorgpt/serve/page"
)

// PaperLevel is the value of -dot-level that draws figure 1 of the paper instead of a graph.
const PaperLevel = "paper"

// Paper returns figure 1 of the paper with the sizes of a model that computes b sequences or
// examples at once, or nil if it is no Transformer.
func Paper(title string, c gpt1.Config, b int) *draw.Paper {
	if c.IsLSTM() {
		return nil
	}
	return &draw.Paper{
		Title: "GPT-1 as in figure 1 of the paper: " + title, Layers: c.NLayer,
		B: b, T: c.NCtx, C: c.NEmbd, F: 4 * c.NEmbd, H: c.NHead, V: c.VocabSize,
	}
}

// Draw holds the flags for drawing and measuring the graphs of a command.
type Draw struct {
	DOT     string // file for the picture in Graphviz's DOT language; "": none
	SVG     string // file for the picture as SVG; "": none
	HTML    string // file for the graph as a page; "": none
	Level   string // a [draw.Level] or [PaperLevel]; "": [draw.Model]
	Graph   string // name of the graph; "": the first
	Profile int    // number of runs to measure; 0: none
	Summary bool   // print the table of parts
}

// Flags declares the flags. -html is left to commands, which may write other pages.
func (s *Draw) Flags(fs *flag.FlagSet) {
	fs.StringVar(&s.DOT, "dot", "", "")
	fs.StringVar(&s.SVG, "svg", "", "")
	fs.StringVar(&s.Level, "dot-level", "", "")
	fs.StringVar(&s.Graph, "dot-graph", "", "")
	fs.IntVar(&s.Profile, "dot-profile", 0, "")
	fs.BoolVar(&s.Summary, "summary", false, "")
}

// Wanted reports whether any of the flags asks for output.
func (s *Draw) Wanted() bool {
	return s.DOT != "" || s.SVG != "" || s.HTML != "" || s.Summary || s.Profile > 0
}

// Check returns an error if a flag is invalid, and fills in defaults. graphs are the names of the
// graphs; the first is the default.
func (s *Draw) Check(given Given, graphs ...string) error {
	if s.Wanted() && !given.Any("dot-level") {
		s.Level = string(draw.Model)
	}
	if s.Wanted() && !given.Any("dot-graph") {
		s.Graph = graphs[0]
	}
	if _, err := draw.ParseLevel(s.Level); err != nil && s.Level != PaperLevel && (s.Level != "" || given.Any("dot-level")) {
		return errors.Errorf("-dot-level must be paper, model, block or op, not %q", s.Level)
	}
	if !slices.Contains(graphs, s.Graph) && (s.Graph != "" || given.Any("dot-graph")) {
		return errors.Errorf("-dot-graph must be one of %s, not %q", strings.Join(graphs, ", "), s.Graph)
	}
	picture := s.DOT != "" || s.SVG != ""
	switch {
	case given.Any("dot") && s.DOT == "":
		return errors.New("-dot needs the name of a file")
	case given.Any("svg") && s.SVG == "":
		return errors.New("-svg needs the name of a file")
	case s.DOT != "" && s.DOT == s.SVG:
		return errors.Errorf("-dot and -svg are both %s: name two files", s.DOT)
	case given.Any("dot-profile") && s.Profile < 1:
		return errors.Errorf("-dot-profile must be at least 1, not %d", s.Profile)
	case given.Any("dot-level") && !picture:
		return errors.New("-dot-level needs a picture: add -dot FILE or -svg FILE")
	case given.Any("dot-profile") && !picture && s.HTML == "":
		return errors.New("-dot-profile needs a picture: add -dot FILE, -svg FILE or -html FILE")
	case s.Level == PaperLevel && given.Any("dot-profile"):
		return errors.New("-dot-profile measures a graph, and -dot-level paper draws none: omit one of them")
	case s.Level == PaperLevel && given.Any("dot-graph") && !s.Summary && s.HTML == "":
		return errors.New("-dot-graph chooses a graph, and -dot-level paper draws none: omit one of them")
	case given.Any("dot-graph") && !s.Wanted():
		return errors.New("-dot-graph needs an output: add -dot FILE, -svg FILE, -html FILE or -summary")
	}
	return nil
}

// Export draws, measures and summarizes a graph as the flags ask. It writes the summary and the
// names of the files to w.
func (s *Draw) Export(ctx context.Context, subject draw.Subject, w io.Writer) error {
	var times *draw.Times
	if s.Profile > 0 {
		var err error
		if times, err = draw.Measure(ctx, subject, s.Profile); err != nil {
			return errors.WithMessage(err, "-dot-profile")
		}
	}
	nodes, err := subject.Graph.Nodes()
	if err != nil {
		return err
	}
	if s.Summary {
		if err := draw.WriteSummary(w, subject.Title, nodes); err != nil {
			return err
		}
	}
	if times != nil {
		if err := s.writeProfile(nodes, times, w); err != nil {
			return err
		}
	}
	if s.HTML != "" {
		err := atomicfile.Write(s.HTML, func(out io.Writer) error {
			return page.WriteGraph(out, subject.Title, draw.NewData(subject.Title, nodes, times))
		})
		if err != nil {
			return errors.WithMessage(err, "-html")
		}
		fmt.Fprintf(w, "wrote the %s graph to %s\n", s.Graph, s.HTML)
	}
	if s.DOT == "" && s.SVG == "" {
		return nil
	}
	picture, what, err := s.picture(subject, nodes, times)
	if err != nil {
		return err
	}
	for _, f := range []struct {
		flag, path string
		write      func(io.Writer) error
	}{{"-dot", s.DOT, picture.WriteDOT}, {"-svg", s.SVG, picture.WriteSVG}} {
		if f.path == "" {
			continue
		}
		if err := atomicfile.Write(f.path, f.write); err != nil {
			return errors.WithMessage(err, f.flag)
		}
		fmt.Fprintf(w, "wrote the %s to %s\n", what, f.path)
	}
	return nil
}

// picture is what -dot and -svg write.
type picture interface {
	WriteDOT(w io.Writer) error
	WriteSVG(w io.Writer) error
}

// picture returns what is drawn, and its name.
func (s *Draw) picture(subject draw.Subject, nodes []graph.Info, times *draw.Times) (p picture, what string, err error) {
	switch {
	case s.Level != PaperLevel:
		return draw.New(subject.Title, nodes, draw.Level(s.Level), times), s.Graph + " graph", nil
	case subject.Paper == nil:
		return nil, "", errors.New("-dot-level paper draws the paper's Transformer, and this model is an LSTM: choose model, block or op")
	}
	return subject.Paper, "figure", nil
}

// ProfileFile is the name of the table of measured times, in the folder of the picture.
const ProfileFile = "profile.csv"

// profilePath returns the path of the table of times, or "" if no times are measured.
func (s *Draw) profilePath() string {
	picture := cmp.Or(s.DOT, s.SVG, s.HTML)
	if s.Profile == 0 || picture == "" {
		return ""
	}
	return filepath.Join(filepath.Dir(picture), ProfileFile)
}

// Files returns the files that Export writes, with their flags.
func (s *Draw) Files() []outfile.Name {
	return []outfile.Name{{Flag: "-dot", Path: s.DOT}, {Flag: "-svg", Path: s.SVG}, {Flag: "-html", Path: s.HTML}, {Flag: "-dot-profile", Path: s.profilePath()}}
}

func (s *Draw) writeProfile(nodes []graph.Info, t *draw.Times, w io.Writer) error {
	path := s.profilePath()
	err := atomicfile.Write(path, func(out io.Writer) error { return t.WriteCSV(out, nodes) })
	if err != nil {
		return errors.WithMessage(err, "-dot-profile")
	}
	fmt.Fprintf(w, "%d runs of %.4g ms, %.1f %% of it in nodes: %s\n", t.Runs, t.Milliseconds(), 100*t.Share(nodes), path)
	return nil
}
