package gpt1

import "gorgpt/graph"

// Operations is about how many floating-point operations the gradients of b windows of t
// tokens take: two for each weight and token forwards, and those of attention, whose half
// behind the diagonal is left out; twice as many again backwards.
func (c Config) Operations(b, t int) float64 {
	perToken := 2 * float64(12*c.NLayer*c.NEmbd*c.NEmbd+c.VocabSize*c.NEmbd)
	perToken += 2 * float64(c.NLayer*c.NEmbd*t)
	return 3 * perToken * float64(b*t)
}

// Len is the number of parameters, with further ones.
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
