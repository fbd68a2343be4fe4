package gpt1

import "gorgpt/graph"

// Operations estimates the floating-point operations of the gradients of b windows of t
// tokens. The forward pass takes two for each weight and token, and those of attention, of
// which the causal mask leaves half. The backward pass takes twice as many.
func (c Config) Operations(b, t int) float64 {
	body, attention := 12*c.NLayer*c.NEmbd*c.NEmbd, c.NLayer*c.NEmbd*t
	if c.IsLSTM() {
		body, attention = 4*c.NUnits*(c.NEmbd+c.NUnits)+c.NUnits*c.NEmbd, 0
	}
	return 3 * 2 * float64(body+c.VocabSize*c.NEmbd+attention) * float64(b*t)
}

// Len is the number of trainable values, including those of further parameters.
func (c Config) Len(extra ...graph.Param) int {
	n := 0
	for _, p := range append(c.Params(), extra...) {
		size := 1
		for _, d := range p.Shape {
			size *= d
		}
		n += size
	}
	return n
}

// wide is the number of trainable values from which on the products of a model are large enough
// for all cores; see Wide.
const wide = 30_000_000

// Wide reports how the work on a batch is shared among cores, which the size of the model alone
// decides. A wide model computes its parts one after the other, each product on all cores. Any
// other model computes parts side by side, each on one core; see [graph.Lanes].
func (c Config) Wide() bool { return c.Len() >= wide }
