package simd

// 2u = x·(geluA + geluB·x²), with geluA = 2√(2/π) and geluB = 0.044715·geluA.
const (
	geluA = 1.5957691216057308
	geluB = 0.071354816272600
)

func geluGeneric(y, x []float32) {
	x = x[:len(y)]
	for i, v := range x {
		y[i] = v / (1 + exp32(-v*(geluA+geluB*v*v)))
	}
}

// geluSaturated bounds |x| in the gradient: beyond it the slope is 0 or 1 to
// float32 precision, and exp(2u) still fits.
const geluSaturated = 10

// geluGradGeneric uses d/dx x·σ(2u) = σ + x·σ·(1−σ)·(2u)', where with
// e = exp(−2u) the factors are σ = 1/(1+e) and 1−σ = e·σ.
func geluGradGeneric(dx, dy, x []float32) {
	dy, x = dy[:len(dx)], x[:len(dx)]
	for i, v := range x {
		if v < -geluSaturated {
			v = -geluSaturated
		} else if v > geluSaturated {
			v = geluSaturated
		}
		w := v * v
		e := exp32(-v * (geluA + geluB*w))
		s := 1 / (1 + e)
		dx[i] = dy[i] * (s + v*s*(e*s)*(geluA+3*geluB*w))
	}
}
