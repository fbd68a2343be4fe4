package draw

import "fmt"

// Distances of the Transformer's drawing.
const (
	step     = 15.0 // the length of an arrow
	residual = 26.0 // the room for the line around a part
	maskCell = 8.0
	maskRows = 5
)

// transformer draws the left half of figure 1 below top. It returns its right and lower ends.
//
// The data goes upwards: n = LN(x + Attn(x)), y = LN(n + MLP(n)).
func (p Paper) transformer(s *sketch, top float64) (right, bottom float64) {
	const attention = "self-attention"
	heads := []string{fmt.Sprintf("heads: H = %d", p.H), fmt.Sprintf("each D = C/H = %d", p.C/p.H)}
	k := "K"
	if p.Outputs > 0 {
		k = fmt.Sprint(p.Outputs)
	}
	text := []string{"text prediction", named("B T V", p.B, p.T, p.V)}
	task := []string{"task classifier", fmt.Sprintf("[B K] = [%d %s]", p.B, k)}
	mlp := []string{"feed forward, with GELU", fmt.Sprintf("C → F → C: %d → %d → %d", p.C, p.F, p.C)}
	embed := []string{"text & position embed", fmt.Sprintf("V × C = %d × %d,  T × C = %d × %d", p.V, p.C, p.T, p.C), named("B T C", p.B, p.T, p.C)}
	weights := []string{"softmax(Q·Kᵀ/√D + mask)", named("B H T T", p.B, p.H, p.T, p.T)}
	project := []string{"linear, C → 3C", "Q, K, V: " + named("B H T D", p.B, p.H, p.T, p.C/p.H)}
	merge := []string{"heads side by side, linear, C → C", named("B T C", p.B, p.T, p.C)}
	const mask, letter = maskRows * maskCell, 30.0
	inner := max(wide(project...), wide(merge...), 2*wide(append(heads, attention)...), mask+wide(weights...)+letter+2*step) // of the boxes in attention
	frame := inner + 24                                                                                                      // around attention
	block := max(frame+2*residual, wide(text...)+wide(task...)+20)
	left := paperMargin
	x, around := left+block/2, left+(block-frame)/2-residual/2 // the middle; the line around a part

	// Heads, side by side.
	tx, cx := left+wide(text...)/2, left+block-wide(task...)/2
	y := s.box(tx, top, wide(text...), headFill, text...)
	s.box(cx, top, wide(task...), headFill, task...)
	fork := y + step

	blockTop := fork + 9
	s.write(left+9, blockTop+7, 14, fmt.Sprintf("× %d", p.Layers))
	y = blockTop + 14
	s.arrow([2]float64{x, y}, [2]float64{x, fork}, [2]float64{tx, fork}, [2]float64{tx, top + 38})
	s.arrow([2]float64{x, fork}, [2]float64{cx, fork}, [2]float64{cx, top + 38})

	// norm draws a norm below y, and under it the sum that it reads. It returns their middle and the top of the part below.
	norm := func(y float64) (sum, next float64) {
		b := s.box(x, y, wide("layer norm  [B T C]"), blockFill, "layer norm  [B T C]")
		sum = b + step + plusRadius
		s.plus(x, sum)
		s.arrow([2]float64{x, sum - plusRadius}, [2]float64{x, b})
		return sum, sum + plusRadius + step
	}
	// skip draws the line around a part to the sum above it.
	skip := func(from, sum float64) {
		s.arrow([2]float64{x, from}, [2]float64{around, from}, [2]float64{around, sum}, [2]float64{x - plusRadius, sum})
	}
	sum, y := norm(y)
	s.arrow([2]float64{x, y}, [2]float64{x, sum + plusRadius})
	y = s.box(x, y, max(wide(mlp...), 0.7*inner), blockFill, mlp...)
	s.arrow([2]float64{x, y + 2*step}, [2]float64{x, y})
	skip(y+1.2*step, sum)

	sum, y = norm(y + 2*step)
	attentionTop := y
	s.write(x-frame/2+10, y+4, sketchSize, "masked multi")
	s.write(x-frame/2+10, y+4+sketchStep, sketchSize, attention)
	for i, t := range heads {
		s.write(x+10, y+4+sketchStep*float64(i), sketchSize, t)
	}
	y += 38
	s.arrow([2]float64{x, y}, [2]float64{x, sum + plusRadius})
	y = s.box(x, y, inner, blockFill, merge...)
	wx := x - inner/2 + mask + step + (inner-mask-letter-2*step)/2 // the middle of the weights
	vx := x + inner/2 - letter/2
	s.arrow([2]float64{x, y + step}, [2]float64{x, y})
	b := s.box(x, y+step, inner, blockFill, "weights · V")
	y = b + step
	s.arrow([2]float64{wx, y}, [2]float64{wx, b})
	w := wide(weights...)
	bottom = s.box(wx, y, w, blockFill, weights...)
	middle := (y + bottom) / 2
	p.mask(s, x-inner/2, middle-mask/2)
	s.arrow([2]float64{x - inner/2 + mask, middle}, [2]float64{wx - w/2, middle})
	y = bottom + step
	letters := y
	for i, at := range []float64{wx - w/4, wx + w/4, vx} {
		next := bottom
		if i == 2 {
			next = b
		}
		s.arrow([2]float64{at, letters}, [2]float64{at, next})
		y = s.box(at, letters, letter, addFill, string("QKV"[i]))
		s.arrow([2]float64{at, y + step}, [2]float64{at, y})
	}
	y = s.box(x, y+step, inner, blockFill, project...)
	in := y
	s.marks = append(s.marks, mark{x: x - frame/2, y: attentionTop, w: frame, h: in + 10 - attentionTop, fill: hollow, round: 8})
	skip(in+10+0.7*step, sum)
	blockBottom := in + 10 + 1.4*step
	s.marks = append(s.marks, mark{x: left, y: blockTop, w: block, h: blockBottom - blockTop, fill: hollow, round: 8, bold: true})

	y = blockBottom + step
	s.arrow([2]float64{x, y}, [2]float64{x, in})
	y = s.box(x, y, wide(embed...), tokenFill, embed...)
	s.arrow([2]float64{x, y + step}, [2]float64{x, y})
	tokens := "tokens: " + named("B T", p.B, p.T)
	s.write(x-textWidth(tokens, sketchSize)/2, y+step+2, sketchSize, tokens)
	return left + block, y + step + 18
}

// mask draws which positions (columns) each position (row) attends to.
func (p Paper) mask(s *sketch, x, y float64) {
	for row := range maskRows {
		for column := range maskRows {
			fill := "white"
			if column <= row {
				fill = "#93c47d"
			}
			s.marks = append(s.marks, mark{x: x + maskCell*float64(column), y: y + maskCell*float64(row), w: maskCell, h: maskCell, fill: fill})
		}
	}
	s.write(x+(maskRows*maskCell-textWidth("mask", sketchSize))/2, y+maskRows*maskCell+2, sketchSize, "mask")
}
