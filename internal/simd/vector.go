package simd

// chunk bounds the elements of one call into assembly: the runtime cannot
// preempt it, and a stop-the-world waits for the slowest. It is a multiple of
// every vector width, so cutting a slice changes no lane.
const chunk = 1 << 15

// Add computes dst[i] = a[i] + b[i]. dst may be a or b.
func Add(dst, a, b []float32) {
	sameLen("Add", len(dst), len(a))
	sameLen("Add", len(dst), len(b))
	for len(dst) > chunk {
		active.add(dst[:chunk], a[:chunk], b[:chunk])
		dst, a, b = dst[chunk:], a[chunk:], b[chunk:]
	}
	active.add(dst, a, b)
}

// Scale computes dst[i] = s·x[i]. dst may be x.
func Scale(dst, x []float32, s float32) {
	sameLen("Scale", len(dst), len(x))
	for len(dst) > chunk {
		active.scale(dst[:chunk], x[:chunk], s)
		dst, x = dst[chunk:], x[chunk:]
	}
	active.scale(dst, x, s)
}

// Axpy computes dst[i] += s·x[i].
func Axpy(dst, x []float32, s float32) {
	sameLen("Axpy", len(dst), len(x))
	for len(dst) > chunk {
		active.axpy(dst[:chunk], x[:chunk], s)
		dst, x = dst[chunk:], x[chunk:]
	}
	active.axpy(dst, x, s)
}

// Dot returns Σ x[i]·y[i].
func Dot(x, y []float32) float32 {
	sameLen("Dot", len(x), len(y))
	var sum float32
	for len(x) > chunk {
		sum += active.dot(x[:chunk], y[:chunk])
		x, y = x[chunk:], y[chunk:]
	}
	return sum + active.dot(x, y)
}

// Max returns the largest element of x, -Inf for none. Where x holds a NaN the
// result is unspecified, but NaN or an element of x.
func Max(x []float32) float32 {
	top := active.maximum(x[:min(len(x), chunk)])
	for len(x) > chunk {
		x = x[chunk:]
		top = max(top, active.maximum(x[:min(len(x), chunk)]))
	}
	return top
}

// SumSquares returns Σ x[i]², summed in float64.
func SumSquares(x []float32) float64 {
	var sum float64
	for len(x) > chunk {
		sum += active.sumSquares(x[:chunk])
		x = x[chunk:]
	}
	return sum + active.sumSquares(x)
}

// ShiftMul computes dst[i] = scale·y[i]·(x[i] − shift): the gradient of a
// softmax row y whose upstream gradient is x and shift = Σ x·y. dst may be x
// or y.
func ShiftMul(dst, x, y []float32, shift, scale float32) {
	sameLen("ShiftMul", len(dst), len(x))
	sameLen("ShiftMul", len(dst), len(y))
	for len(dst) > chunk {
		active.shiftMul(dst[:chunk], x[:chunk], y[:chunk], shift, scale)
		dst, x, y = dst[chunk:], x[chunk:], y[chunk:]
	}
	active.shiftMul(dst, x, y, shift, scale)
}

// MulSub computes dst[i] = scale·(x[i]·w[i] − shift·y[i]): the gradient of a
// softmax row y that a mask has taken to w, whose upstream gradient is x and
// shift = Σ x·w. dst may be any of the operands.
func MulSub(dst, x, w, y []float32, shift, scale float32) {
	sameLen("MulSub", len(dst), len(x))
	sameLen("MulSub", len(dst), len(w))
	sameLen("MulSub", len(dst), len(y))
	for len(dst) > chunk {
		active.mulSub(dst[:chunk], x[:chunk], w[:chunk], y[:chunk], shift, scale)
		dst, x, w, y = dst[chunk:], x[chunk:], w[chunk:], y[chunk:]
	}
	active.mulSub(dst, x, w, y, shift, scale)
}
