package kernels

import "gorgpt/internal/simd"

// sumSquaresBlock is the run of elements that one partial sum covers.
const sumSquaresBlock = 1 << 15

// SumSquares returns Σ x[i]². Blocks of fixed size are summed in float64 and
// their sums added in order: the result is the same on any number of cores.
func SumSquares(x []float32) float64 {
	blocks := (len(x) + sumSquaresBlock - 1) / sumSquaresBlock
	ws := workspaces.get()
	defer workspaces.put(ws)
	sums := grow(&ws.squares, blocks)
	sumSquaresCalls.run(blocks, 1, sumSquaresCall{x, sums})
	var total float64
	for _, s := range sums {
		total += s
	}
	return total
}

type sumSquaresCall struct {
	x    []float32
	sums []float64
}

var sumSquaresCalls calls[sumSquaresCall, *sumSquaresCall]

func (t *sumSquaresCall) slab(_ *workspace, lo, hi int) {
	for i := lo; i < hi; i++ {
		t.sums[i] = simd.SumSquares(t.x[i*sumSquaresBlock : min((i+1)*sumSquaresBlock, len(t.x))])
	}
}
