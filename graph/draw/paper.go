package draw

import (
	"fmt"
	"io"
)

// Paper is figure 1 of the paper (Radford et al. 2018) with the sizes of a model: the Transformer on
// the left, the inputs of each task on the right. A Paper is safe for concurrent use as long as
// nothing changes it.
type Paper struct {
	Title              string
	Layers             int
	B, T, C, F, H, V   int    // as in [B T C]: B examples of T positions
	Task               string // [Classification] or another of the formats, which gets a thick frame; "": the model has no task
	Outputs, Sequences int    // K and N of the task
}

// The titles of the formats of figure 1.
const (
	Classification = "Classification"
	Entailment     = "Entailment"
	Similarity     = "Similarity"
	MultipleChoice = "Multiple choice"
)

// Colours of the parts, light enough for black text.
const (
	tokenFill   = "#fff2cc"
	textFill    = "#ffffff"
	blockFill   = "#d9ead3"
	addFill     = "#e6e0ec"
	headFill    = "#d6e4f5"
	paperMargin = 16.0
)

// WriteSVG writes the figure as SVG.
func (p Paper) WriteSVG(w io.Writer) error { return p.sketch().writeSVG(w) }

// WriteDOT writes the figure in Graphviz's language, with the places of all parts.
func (p Paper) WriteDOT(w io.Writer) error { return p.sketch().writeDOT(w) }

func (p Paper) sketch() *sketch {
	s := &sketch{}
	s.write(paperMargin, 12, 15, p.Title)
	x, left := p.transformer(s, 44)
	right, tasks := p.formats(s, x+28, 44)
	s.w = max(right, 2*paperMargin+textWidth(p.Title, 15)) + paperMargin
	s.h = max(left, tasks) + paperMargin
	return s
}

// named writes a shape with its letters and its sizes: [B T] = [4 512].
func named(letters string, sizes ...int) string {
	return "[" + letters + "] = " + fmt.Sprint(sizes)
}
