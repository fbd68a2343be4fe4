package draw

import "fmt"

// Distances of the Transformer's drawing.
const (
	step     = 15.0 // the length of an arrow
	residual = 26.0 // the room for the line around a part
)

// transformer draws the left half of figure 1 below top. It returns its right and lower ends.
//
// The data goes upwards: n = LN(x + Attn(x)), y = LN(n + MLP(n)).
func (p Paper) transformer(s *sketch, top float64) (right, bottom float64) {
	text := []string{"text prediction", named("B T V", p.B, p.T, p.V)}
	task := []string{"task classifier", fmt.Sprintf("[B K] = [%d K]", p.B)}
	switch p.Task {
	case "":
	case MultipleChoice: // one output for each answer
		task[1] = named("B N", p.B, p.Sequences)
	default:
		task[1] = named("B K", p.B, p.Outputs)
	}
	mlp := []string{"feed forward, with GELU", fmt.Sprintf("C → F → C: %d → %d → %d", p.C, p.F, p.C)}
	embed := []string{"text & position embed", fmt.Sprintf("V × C = %d × %d,  T × C = %d × %d", p.V, p.C, p.T, p.C), named("B T C", p.B, p.T, p.C)}
	attention := p.attentionParts()
	frame := attention.width() + 2*frameRoom
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
	y = s.box(x, y, max(wide(mlp...), 0.7*attention.width()), blockFill, mlp...)
	s.arrow([2]float64{x, y + 2*step}, [2]float64{x, y})
	skip(y+1.2*step, sum)

	sum, y = norm(y + 2*step)
	in, bottom := attention.draw(s, x, y, sum+plusRadius)
	skip(bottom+0.7*step, sum)
	blockBottom := bottom + 1.4*step
	s.marks = append(s.marks, mark{x: left, y: blockTop, w: block, h: blockBottom - blockTop, fill: hollow, round: 8, bold: true})

	y = blockBottom + step
	s.arrow([2]float64{x, y}, [2]float64{x, in})
	y = s.box(x, y, wide(embed...), tokenFill, embed...)
	s.arrow([2]float64{x, y + step}, [2]float64{x, y})
	tokens := "tokens: " + named("B T", p.B, p.T)
	s.write(x-textWidth(tokens, sketchSize)/2, y+step+2, sketchSize, tokens)
	return left + block, y + step + 18
}
