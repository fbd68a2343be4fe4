package draw

import (
	"context"
	"fmt"
	"io"
	"path/filepath"

	"github.com/pkg/errors"

	"gorgpt/graph"
	"gorgpt/internal/atomicfile"
	"gorgpt/internal/outfile"
)

// Subject is a graph to look at.
type Subject struct {
	Title string
	Graph *graph.Graph
	Fill  func() // fills the inputs with what a run can do with; nil: nothing to fill
}

// Export does what the settings say with a graph, and tells on w what it wrote.
func (s *Settings) Export(ctx context.Context, subject Subject, w io.Writer) error {
	var times *Times
	if s.Profile > 0 {
		var err error
		if times, err = Measure(ctx, subject, s.Profile); err != nil {
			return errors.WithMessage(err, "-dot-profile")
		}
	}
	nodes, err := subject.Graph.Nodes()
	if err != nil {
		return err
	}
	if s.Summary {
		if err := WriteSummary(w, subject.Title, nodes); err != nil {
			return err
		}
	}
	if times != nil {
		if err := s.writeProfile(nodes, times, w); err != nil {
			return err
		}
	}
	if s.DOT == "" && s.SVG == "" {
		return nil
	}
	picture := New(subject.Title, nodes, Level(s.Level), times)
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
		fmt.Fprintf(w, "wrote the %s graph to %s\n", s.Graph, f.path)
	}
	return nil
}

// ProfileFile is the table of measured times, beside the picture.
const ProfileFile = "profile.csv"

// profilePath is that of the table of times; "" if none is measured.
func (s *Settings) profilePath() string {
	picture := s.DOT
	if picture == "" {
		picture = s.SVG
	}
	if s.Profile == 0 || picture == "" {
		return ""
	}
	return filepath.Join(filepath.Dir(picture), ProfileFile)
}

// Files are those that are to be written, with their flags.
func (s *Settings) Files() []outfile.Name {
	return []outfile.Name{{Flag: "-dot", Path: s.DOT}, {Flag: "-svg", Path: s.SVG}, {Flag: "-dot-profile", Path: s.profilePath()}}
}

func (s *Settings) writeProfile(nodes []graph.Info, t *Times, w io.Writer) error {
	path := s.profilePath()
	err := atomicfile.Write(path, func(out io.Writer) error { return t.WriteCSV(out, nodes) })
	if err != nil {
		return errors.WithMessage(err, "-dot-profile")
	}
	fmt.Fprintf(w, "%d runs of %.4g ms, %.1f %% of it in nodes: %s\n", t.Runs, t.Milliseconds(), 100*t.share(total(nodes)), path)
	return nil
}
