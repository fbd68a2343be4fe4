package draw

import "fmt"

const (
	maskCell      = 8.0
	maskRows      = 5
	maskWidth     = maskRows * maskCell
	letter        = 30.0 // the width of Q, K and V
	frameRoom     = 12.0 // between attention's boxes and its frame
	selfAttention = "self-attention"
)

// attentionParts are the texts of attention's parts.
type attentionParts struct{ heads, merge, weights, project []string }

func (p Paper) attentionParts() attentionParts {
	return attentionParts{
		heads:   []string{fmt.Sprintf("heads: H = %d", p.H), fmt.Sprintf("each D = C/H = %d", p.C/p.H)},
		merge:   []string{"heads side by side, linear, C → C", named("B T C", p.B, p.T, p.C)},
		weights: []string{"softmax(Q·Kᵀ/√D + mask)", named("B H T T", p.B, p.H, p.T, p.T)},
		project: []string{"linear, C → 3C", "Q, K, V: " + named("B H T D", p.B, p.H, p.T, p.C/p.H)},
	}
}

// width is that of attention's boxes, without the frame.
func (a attentionParts) width() float64 {
	title := wide(append([]string{selfAttention}, a.heads...)...)
	return max(wide(a.project...), wide(a.merge...), 2*title, maskWidth+wide(a.weights...)+letter+2*step)
}

// draw draws attention with its frame, centred at x and with its top at y, and its arrow to the sum
// above it. It returns the lower end of its first part, into which the input goes, and of the frame.
func (a attentionParts) draw(s *sketch, x, top, sum float64) (in, bottom float64) {
	width := a.width()
	left, right := x-width/2, x+width/2
	s.write(left-2, top+4, sketchSize, "masked multi")
	s.write(left-2, top+4+sketchStep, sketchSize, selfAttention)
	for i, t := range a.heads {
		s.write(x+10, top+4+sketchStep*float64(i), sketchSize, t)
	}
	y := top + 38
	s.arrow([2]float64{x, y}, [2]float64{x, sum})
	y = s.box(x, y, width, blockFill, a.merge...)
	s.arrow([2]float64{x, y + step}, [2]float64{x, y})
	product := s.box(x, y+step, width, blockFill, "weights · V")
	y = product + step

	wx, w := (left+maskWidth+right-letter)/2, wide(a.weights...)
	s.arrow([2]float64{wx, y}, [2]float64{wx, product})
	weights := s.box(wx, y, w, blockFill, a.weights...)
	middle := (y + weights) / 2
	drawMask(s, left, middle-maskWidth/2)
	s.arrow([2]float64{left + maskWidth, middle}, [2]float64{wx - w/2, middle})

	letters := weights + step
	for _, l := range []struct {
		name   string
		at, to float64
	}{{"Q", wx - w/4, weights}, {"K", wx + w/4, weights}, {"V", right - letter/2, product}} {
		s.arrow([2]float64{l.at, letters}, [2]float64{l.at, l.to})
		y = s.box(l.at, letters, letter, addFill, l.name)
		s.arrow([2]float64{l.at, y + step}, [2]float64{l.at, y})
	}
	in = s.box(x, y+step, width, blockFill, a.project...)
	bottom = in + 10
	s.marks = append(s.marks, mark{x: left - frameRoom, y: top, w: width + 2*frameRoom, h: bottom - top, fill: hollow, round: 8})
	return in, bottom
}

// drawMask draws which positions (columns) each position (row) attends to.
func drawMask(s *sketch, x, y float64) {
	for row := range maskRows {
		for column := range maskRows {
			fill := "white"
			if column <= row {
				fill = "#93c47d"
			}
			s.marks = append(s.marks, mark{x: x + maskCell*float64(column), y: y + maskCell*float64(row), w: maskCell, h: maskCell, fill: fill})
		}
	}
	s.write(x+(maskWidth-textWidth("mask", sketchSize))/2, y+maskWidth+2, sketchSize, "mask")
}
