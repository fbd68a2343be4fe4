package kernels

import "fmt"

// kernelCase is one kernel on inputs large enough to be split.
type kernelCase struct {
	name string
	run  func()
	out  [][]float32
}

// caseList collects cases; in gives each its own inputs.
type caseList struct {
	seed  uint64
	cases []kernelCase
}

func (l *caseList) in(n int) []float32 {
	l.seed++
	return random(l.seed, n)
}

// add appends a kernel whose results have the given sizes.
func (l *caseList) add(name string, sizes []int, run func(o [][]float32)) {
	out := make([][]float32, len(sizes))
	for i, size := range sizes {
		out[i] = l.in(size)
	}
	l.cases = append(l.cases, kernelCase{name, func() { run(out) }, out})
}

// everyKernel returns a case for each kernel, on fresh buffers.
func everyKernel() []kernelCase {
	var l caseList
	l.addFlat()
	l.addProducts()
	l.addRows()
	l.addModel()
	l.addRecurrent()
	return l.cases
}

// addFlat adds the kernels that know no rows, on more than one block of
// SumSquares and more than one slab.
func (l *caseList) addFlat() {
	const n = 40_003
	x, y, total := l.in(n), l.in(n), make([]float32, 1)
	l.add("Add", []int{n}, func(o [][]float32) { Add(o[0], x, y) })
	l.add("Scale", []int{n}, func(o [][]float32) { Scale(o[0], x, 3) })
	l.add("GELU", []int{n}, func(o [][]float32) { GELU(o[0], x) })
	l.add("GELUGrad", []int{n}, func(o [][]float32) { GELUGrad(o[0], y, x) })
	l.add("Adam", []int{n, n, n, n}, func(o [][]float32) {
		Adam(o[0], o[1], o[2], o[3], AdamStep{0.01, 0.9, 0.999, 1e-8, 0.01, 0.5})
	})
	run := func() { total[0] = float32(SumSquares(x)) }
	l.cases = append(l.cases, kernelCase{"SumSquares", run, [][]float32{total}})
}

// addProducts adds the matrix products: wide, tall, with a bias, of few rows.
func (l *caseList) addProducts() {
	const m, n, k = 134, 205, 75
	x, w, dy, bias := l.in(m*k), l.in(n*k), l.in(m*n), l.in(n)
	l.add("Gemm", []int{m * n}, func(o [][]float32) { Gemm(false, true, m, n, k, x, k, w, k, 1, o[0], n) })
	l.add("Gemm tall", []int{n * k}, func(o [][]float32) { Gemm(true, false, n, k, m, dy, n, x, k, 1, o[0], k) })
	l.add("GemmBias", []int{m * n}, func(o [][]float32) { GemmBias(false, false, m, n, k, x, k, w, n, bias, o[0], n) })
	const few, long = 3, 700
	wide := l.in(long * n)
	l.add("Gemm dots", []int{few * n}, func(o [][]float32) { Gemm(false, true, few, n, long, x, long, wide, long, 0, o[0], n) })
	for _, format := range []string{BFloat16, Int8} {
		w, e := Quantize(format, wide, long, n), Quantize(format, wide, n, long)
		w.Arrange(false, nil)
		e.Arrange(true, nil)
		for _, rows := range []int{few, 20} {
			x := l.in(rows * long)
			l.add(fmt.Sprintf("GemmCompact %s %d", format, rows), []int{rows * n}, func(o [][]float32) { GemmCompact(false, rows, n, long, x, long, w, bias, o[0], n) })
			l.add(fmt.Sprintf("GemmCompact %s %d transposed", format, rows), []int{rows * n}, func(o [][]float32) { GemmCompact(true, rows, n, long, x, long, e, nil, o[0], n) })
		}
		ids, pos := indices(1, 60, n), l.in(30*long)
		starts := []int32{0, 0}
		l.add("EmbedCompact "+format, []int{60 * long}, func(o [][]float32) { EmbedCompact(o[0], e, pos, ids, starts, 30, long) })
	}
	l.add("Gemm sums", []int{few * n}, func(o [][]float32) { Gemm(false, false, few, n, long, x, long, wide, n, 0, o[0], n) })
}

// addRows adds the kernels on matrices [rows C].
func (l *caseList) addRows() {
	const rows, c, v, stride, eps = 134, 75, 205, 208, 1e-5
	x, dy, gain, bias, perRow := l.in(rows*c), l.in(rows*c), l.in(c), l.in(c), l.in(rows)
	logits, targets := l.in(rows*stride), indices(1, rows, v)
	l.add("BiasGrad", []int{stride}, func(o [][]float32) { BiasGrad(o[0], logits, rows, stride) })
	l.add("Softmax", []int{rows * stride}, func(o [][]float32) { Softmax(o[0], logits, rows, stride) })
	l.add("SoftmaxGrad", []int{rows * c}, func(o [][]float32) { SoftmaxGrad(o[0], dy, x, rows, c) })
	l.add("LayerNorm", []int{rows * c, rows, rows}, func(o [][]float32) {
		LayerNorm(o[0], o[1], o[2], x, gain, bias, rows, c, eps)
	})
	l.add("LayerNormGrad", []int{rows * c, c, c}, func(o [][]float32) {
		LayerNormGrad(o[0], o[1], o[2], dy, x, perRow, perRow, gain, rows, c)
	})
	l.add("CrossEntropy", []int{rows, rows}, func(o [][]float32) {
		CrossEntropy(o[0], o[1], logits, targets, rows, v, stride)
	})
	l.add("CrossEntropyGrad", []int{rows * stride}, func(o [][]float32) {
		CrossEntropyGrad(o[0], logits, perRow, perRow, targets, rows, v, stride)
	})
}

// addModel adds the kernels that know batch, positions and heads.
func (l *caseList) addModel() {
	const b, t, h, dHead, v, eps = 2, 67, 3, 25, 205, 1e-5
	const c, rows, n, weights = h * dHead, b * t, b * t * h * dHead, b * h * t * t
	x, dy, qkv, w, perRow := l.in(n), l.in(n), l.in(3*n), l.in(weights), l.in(b*h*t)
	tok, pos, ids, gain, bias := l.in(v*c), l.in(t*c), indices(2, rows, v), l.in(c), l.in(c)
	d, seq := NewDrop(0.2, 1, 2, 3), []int32{4, 5}
	l.add("CausalMask", []int{weights}, func(o [][]float32) { CausalMask(o[0], w, b*h, t) })
	starts := make([]int32, b)
	l.add("Embed", []int{n}, func(o [][]float32) { Embed(o[0], tok, pos, ids, starts, t, c) })
	l.add("EmbedTokGrad", []int{v * c}, func(o [][]float32) { EmbedTokGrad(o[0], dy, ids, rows, c) })
	l.add("EmbedPosGrad", []int{t * c}, func(o [][]float32) { EmbedPosGrad(o[0], dy, b, t, c) })
	l.add("Drop.Rows", []int{n}, func(o [][]float32) { d.Rows(o[0], x, seq, b, t, c) })
	l.add("Drop.Weights", []int{weights}, func(o [][]float32) { d.Weights(o[0], w, seq, b, h, t) })
	residual := ResidualNorm{Gain: gain, Drop: d, Seq: seq, B: b, T: t, C: c}
	l.add("ResidualNorm.Forward", []int{n, n, rows, rows}, func(o [][]float32) {
		n := residual
		n.Sum, n.Mean, n.Rstd = o[1], o[2], o[3]
		n.Forward(o[0], x, dy, bias, eps)
	})
	l.add("ResidualNorm.Grad", []int{n, n, c, c}, func(o [][]float32) {
		n := residual
		n.Sum, n.Mean, n.Rstd = x, perRow[:rows], perRow[:rows]
		n.Grad(o[0], o[1], o[2], o[3], dy)
	})
	l.add("Attention", []int{n, b * h * t}, func(o [][]float32) { Attention(o[0], o[1], qkv, d, seq, b, t, h, dHead) })
	keys, values := clone(qkv[:n]), clone(qkv[n:2*n])
	ends, slots := make([]int32, b), make([]int32, b)
	for i := range slots {
		ends[i], slots[i] = int32(t-1), int32(i)
	}
	l.add("CachedAttention", []int{b * h * dHead}, func(o [][]float32) {
		CachedAttention(o[0], keys, values, qkv[:b*3*h*dHead], ends, slots, 1, h, t, dHead)
	})
	l.add("AttentionGrad", []int{3 * n}, func(o [][]float32) {
		AttentionGrad(o[0], dy, x, perRow, qkv, d, seq, b, t, h, dHead)
	})
}

// addRecurrent adds the kernels of the LSTM, with more units than one slab has.
func (l *caseList) addRecurrent() {
	const b, t, u, v = 5, 4, 150, 205
	dy, gates, cells, whh, bias := l.in(b*t*u), l.in(b*t*4*u), l.in(b*t*u), l.in(4*u*u), l.in(4*u)
	tok, ids := l.in(v*u), indices(3, b*t, v)
	l.add("Lookup", []int{b * t * u}, func(o [][]float32) { Lookup(o[0], tok, ids, u) })
	strips := make([]float32, LSTMStrips(u))
	l.add("LSTM", []int{b * t * u, b * t * u, b * t * 4 * u}, func(o [][]float32) {
		LSTM(o[0], o[1], o[2], whh, bias, strips, b, t, u)
	})
	l.add("LSTMGrad", []int{b * t * 4 * u, b * u, b * u}, func(o [][]float32) {
		LSTMGrad(o[0], o[1], o[2], dy, gates, cells, whh, b, t, u)
	})
	l.add("LSTMWeightGrad", []int{4 * u * u}, func(o [][]float32) { LSTMWeightGrad(o[0], gates, dy, b, t, u) })
}
