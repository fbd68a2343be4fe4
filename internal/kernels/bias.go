package kernels

import "gorgpt/internal/simd"

// columnGrain is the least number of columns worth handing to another core: a
// multiple of the cache line and of every vector width.
const columnGrain = 64

// BiasGrad adds the columns of dy [rows cols] to db [cols]:
// db[j] += Σ_i dy[i,j].
func BiasGrad(db, dy []float32, rows, cols int) {
	check("BiasGrad", "db", len(db), cols)
	check("BiasGrad", "dy", len(dy), rows*cols)
	biasGradCalls.run(cols, columnGrain, biasGradCall{db, dy, rows, cols})
}

type biasGradCall struct {
	db, dy     []float32
	rows, cols int
}

var biasGradCalls calls[biasGradCall, *biasGradCall]

// slab does all rows of some columns, so the order of the sums is fixed.
func (t *biasGradCall) slab(_ *workspace, lo, hi int) {
	db := t.db[lo:hi]
	for i := range t.rows {
		simd.Add(db, db, t.dy[i*t.cols+lo:i*t.cols+hi])
	}
}
