package draw

import "fmt"

// format is how the input of a task becomes sequences.
type format struct {
	title     string
	sequences [][]string
	shapes    string // through Transformer and linear layer
	added     bool   // the states of the sequences, before the linear layer
}

func (p Paper) tasks() []format {
	n := "N"
	shapes := func(times, how, out string) string {
		states := times + fmt.Sprint([]int{p.B, p.T, p.C})
		return times + fmt.Sprint([]int{p.B, p.T}) + " → " + states + " → " + times + fmt.Sprint([]int{p.B, p.C}) + how + " → " + out
	}
	out := func(title string) string {
		k := "K"
		if p.Task == title {
			k = fmt.Sprint(p.Outputs)
		}
		return fmt.Sprintf("[%d %s]", p.B, k)
	}
	if p.Task == MultipleChoice {
		n = fmt.Sprint(p.Sequences)
	}
	answer := func(i string) []string { return []string{"Start", "Context", "Delim", "Answer " + i, "Extract"} }
	answers := [][]string{answer("1"), answer("2"), answer(n)}
	if n == "2" {
		answers = answers[:2]
	}
	return []format{
		{Classification, [][]string{{"Start", "Text", "Extract"}}, shapes("", "", out(Classification)), false},
		{Entailment, [][]string{{"Start", "Premise", "Delim", "Hypothesis", "Extract"}}, shapes("", "", out(Entailment)), false},
		{
			Similarity,
			[][]string{{"Start", "Text 1", "Delim", "Text 2", "Extract"}, {"Start", "Text 2", "Delim", "Text 1", "Extract"}},
			shapes("2 × ", ", added", out(Similarity)), true,
		},
		{
			MultipleChoice, answers,
			shapes(n+" × ", "", fmt.Sprintf("[%d %s], softmax over the answers", p.B, n)), false,
		},
	}
}

// formats draws the right half of figure 1: how each task becomes sequences. It returns the right
// and lower ends.
func (p Paper) formats(s *sketch, left, top float64) (right, bottom float64) {
	const row, pitch, between, pad = 24.0, 38.0, 50.0, 10.0
	head := "[B T] → Transformer [B T C] → position of the extract token [B C] → Linear [B K]"
	s.write(left+pad, top, sketchSize, head)
	right = left + 2*pad + textWidth(head, sketchSize)
	y, longest := top+28, 0.0
	for _, f := range p.tasks() {
		for _, cells := range f.sequences {
			longest = max(longest, new(sketch).sequence(0, 0, row, cells))
		}
	}
	transformer, linear := wide("Transformer"), wide("Linear")
	tx := left + pad + longest + 20 + transformer/2
	px := tx + transformer/2 + 24 // of the sum
	lx := px + 24 + linear/2
	right = max(right, lx+linear/2+pad)
	for _, f := range p.tasks() {
		from := y
		y += 6
		s.write(left+pad, y, 14, f.title)
		s.write(left+pad, y+20, sketchSize, f.shapes)
		right = max(right, left+2*pad+textWidth(f.shapes, sketchSize))
		y += 42
		first := y + row/2
		middle := first + pitch*float64(len(f.sequences)-1)/2
		for _, cells := range f.sequences {
			x, at := s.sequence(left+pad, y, row, cells), y+row/2
			s.arrow([2]float64{x, at}, [2]float64{tx - transformer/2, at})
			s.box(tx, y, transformer, blockFill, "Transformer")
			switch {
			case !f.added:
				s.arrow([2]float64{tx + transformer/2, at}, [2]float64{lx - linear/2, at})
				s.box(lx, y, linear, headFill, "Linear")
			case at < middle:
				s.arrow([2]float64{tx + transformer/2, at}, [2]float64{px, at}, [2]float64{px, middle - plusRadius})
			default:
				s.arrow([2]float64{tx + transformer/2, at}, [2]float64{px, at}, [2]float64{px, middle + plusRadius})
			}
			y += pitch
		}
		y += row - pitch
		if f.added {
			s.plus(px, middle)
			s.arrow([2]float64{px + plusRadius, middle}, [2]float64{lx - linear/2, middle})
			s.box(lx, middle-row/2, linear, headFill, "Linear")
		}
		y += pad
		if f.title == p.Task {
			s.marks = append(s.marks, mark{x: left, y: from, w: right - left, h: y - from, fill: hollow, round: 8, bold: true})
		}
		y += between - pad
	}
	return right, y
}

// sequence draws the parts of a sequence of tokens side by side. It returns the right end.
func (s *sketch) sequence(x, y, h float64, cells []string) float64 {
	for _, c := range cells {
		fill := textFill
		if c == "Start" || c == "Delim" || c == "Extract" {
			fill = tokenFill
		}
		s.marks = append(s.marks, mark{x: x, y: y, w: wide(c), h: h, text: []string{c}, fill: fill})
		x += wide(c)
	}
	return x
}
