package draw

import (
	"slices"
	"strings"

	"github.com/pkg/errors"
)

// Settings are what is asked for of the graphs of a command.
type Settings struct {
	DOT     string // file for the picture in Graphviz's language; "": none
	SVG     string // file for the picture as SVG; "": none
	Level   string // "": Model
	Graph   string // which of the graphs; "": the first
	Profile int    // runs to measure; 0: none
	Summary bool   // print the table of parts
}

// Wanted tells whether anything is asked for.
func (s *Settings) Wanted() bool { return s.DOT != "" || s.SVG != "" || s.Summary || s.Profile > 0 }

// Check refuses what cannot work, and fills in what was left out. given are the names of the
// flags that were given, graphs those of the graphs, the default first.
func (s *Settings) Check(given map[string]bool, graphs ...string) error {
	if s.Wanted() && !given["dot-level"] {
		s.Level = string(Model)
	}
	if s.Wanted() && !given["dot-graph"] {
		s.Graph = graphs[0]
	}
	if _, err := ParseLevel(s.Level); err != nil && (s.Level != "" || given["dot-level"]) {
		return errors.Errorf("-dot-level is %q: want model, block or op", s.Level)
	}
	if !slices.Contains(graphs, s.Graph) && (s.Graph != "" || given["dot-graph"]) {
		return errors.Errorf("-dot-graph is %q: want one of %s", s.Graph, strings.Join(graphs, ", "))
	}
	file := s.DOT != "" || s.SVG != ""
	switch {
	case given["dot"] && s.DOT == "":
		return errors.New("-dot needs the name of a file")
	case given["svg"] && s.SVG == "":
		return errors.New("-svg needs the name of a file")
	case s.DOT != "" && s.DOT == s.SVG:
		return errors.Errorf("-dot and -svg are both %s: name two files", s.DOT)
	case given["dot-profile"] && s.Profile < 1:
		return errors.Errorf("-dot-profile is %d: want at least 1 run", s.Profile)
	case given["dot-level"] && !file:
		return errors.New("-dot-level is for a picture: add -dot FILE or -svg FILE")
	case given["dot-profile"] && !file:
		return errors.New("-dot-profile is for a picture: add -dot FILE or -svg FILE")
	case given["dot-graph"] && !s.Wanted():
		return errors.New("-dot-graph says what to draw: add -dot FILE, -svg FILE or -summary")
	}
	return nil
}
