package kernels

import (
	"runtime"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// kernelCase is one kernel on inputs large enough to be split.
type kernelCase struct {
	name string
	run  func()
	out  [][]float32
}

// everyKernel returns a case for each kernel, on fresh buffers.
func everyKernel() []kernelCase {
	const b, positions, h, dHead, v, stride = 2, 67, 3, 25, 205, 208
	const c, rows, eps = h * dHead, b * positions, 1e-5
	const n = rows * c
	const big = 40_003 // more than one block and more than one slab
	var seed uint64
	in := func(n int) []float32 { seed++; return random(seed, n) }
	x, dy, gain, bias, qkv := in(n), in(n), in(c), in(c), in(3*n)
	weights := in(b * h * positions * positions)
	logits, targets, ids := in(rows*stride), indices(1, rows, v), indices(2, rows, v)
	tok, pos, perRow := in(v*c), in(positions*c), in(rows)
	d, seq := NewDrop(0.2, 1, 2, 3), []int32{4, 5}
	bigX, bigY := in(big), in(big)

	var cases []kernelCase
	add := func(name string, sizes []int, run func(o [][]float32)) {
		out := make([][]float32, len(sizes))
		for i, size := range sizes {
			out[i] = in(size)
		}
		cases = append(cases, kernelCase{name, func() { run(out) }, out})
	}
	total := make([]float32, 1)
	add("Gemm", []int{rows * v}, func(o [][]float32) { Gemm(false, true, rows, v, c, x, c, tok, c, 1, o[0], v) })
	add("Gemm tall", []int{v * c}, func(o [][]float32) { Gemm(true, false, v, c, rows, logits, stride, x, c, 1, o[0], c) })
	add("GemmBias", []int{rows * c}, func(o [][]float32) { GemmBias(false, false, rows, c, c, x, c, tok, c, bias, o[0], c) })
	add("BiasGrad", []int{3 * c}, func(o [][]float32) { BiasGrad(o[0], qkv, rows, 3*c) })
	add("Add", []int{big}, func(o [][]float32) { Add(o[0], bigX, bigY) })
	add("Scale", []int{big}, func(o [][]float32) { Scale(o[0], bigX, 3) })
	add("Copy", []int{big}, func(o [][]float32) { Copy(o[0], bigX) })
	add("Zero", []int{big}, func(o [][]float32) { Zero(o[0]) })
	add("GELU", []int{big}, func(o [][]float32) { GELU(o[0], bigX) })
	add("GELUGrad", []int{big}, func(o [][]float32) { GELUGrad(o[0], bigY, bigX) })
	add("Softmax", []int{len(weights)}, func(o [][]float32) { Softmax(o[0], weights, b*h*positions, positions) })
	add("SoftmaxGrad", []int{n}, func(o [][]float32) { SoftmaxGrad(o[0], dy, x, rows, c) })
	add("CausalMask", []int{len(weights)}, func(o [][]float32) { CausalMask(o[0], weights, b*h, positions) })
	add("LayerNorm", []int{n, rows, rows}, func(o [][]float32) { LayerNorm(o[0], o[1], o[2], x, gain, bias, rows, c, eps) })
	add("LayerNormGrad", []int{n, c, c}, func(o [][]float32) { LayerNormGrad(o[0], o[1], o[2], dy, x, perRow, perRow, gain, rows, c) })
	add("CrossEntropy", []int{rows, rows}, func(o [][]float32) { CrossEntropy(o[0], o[1], logits, targets, rows, v, stride) })
	add("CrossEntropyGrad", []int{rows * stride}, func(o [][]float32) {
		CrossEntropyGrad(o[0], logits, perRow, perRow, targets, rows, v, stride)
	})
	add("Embed", []int{n}, func(o [][]float32) { Embed(o[0], tok, pos, ids, b, positions, c) })
	add("EmbedTokGrad", []int{v * c}, func(o [][]float32) { EmbedTokGrad(o[0], dy, ids, rows, c) })
	add("EmbedPosGrad", []int{positions * c}, func(o [][]float32) { EmbedPosGrad(o[0], dy, b, positions, c) })
	add("SumSquares", nil, func([][]float32) { total[0] = float32(SumSquares(bigX)) })
	cases[len(cases)-1].out = [][]float32{total}
	add("Drop.Rows", []int{n}, func(o [][]float32) { d.Rows(o[0], x, seq, b, positions, c) })
	add("Drop.Weights", []int{len(weights)}, func(o [][]float32) { d.Weights(o[0], weights, seq, b, h, positions) })
	add("ResidualLayerNorm", []int{n, n, rows, rows}, func(o [][]float32) {
		ResidualLayerNorm(o[0], o[1], o[2], o[3], x, dy, gain, bias, d, seq, b, positions, c, eps)
	})
	add("ResidualLayerNormGrad", []int{n, n, c, c}, func(o [][]float32) {
		ResidualLayerNormGrad(o[0], o[1], o[2], o[3], dy, x, perRow, perRow, gain, d, seq, b, positions, c)
	})
	add("Attention", []int{n, b * h * positions}, func(o [][]float32) { Attention(o[0], o[1], qkv, d, seq, b, positions, h, dHead) })
	add("AttentionGrad", []int{3 * n}, func(o [][]float32) {
		AttentionGrad(o[0], dy, x, weights[:b*h*positions], qkv, d, seq, b, positions, h, dHead)
	})
	add("Adam", []int{big, big, big, big}, func(o [][]float32) {
		Adam(o[0], o[1], o[2], o[3], AdamStep{0.01, 0.9, 0.999, 1e-8, 0.01, 0.5})
	})
	return cases
}

// bitsOf copies all results of all cases after one run of each.
func bitsOf(cases []kernelCase) map[string][][]float32 {
	results := map[string][][]float32{}
	for _, k := range cases {
		k.run()
		for _, out := range k.out {
			results[k.name] = append(results[k.name], clone(out))
		}
	}
	return results
}

func TestSameBitsOnAnyNumberOfCores(t *testing.T) {
	var want map[string][][]float32
	withProcs(t, func(procs int) {
		got := bitsOf(everyKernel())
		if want == nil {
			want = got
		}
		for name, out := range want {
			for i := range out {
				for j, w := range out[i] {
					if g := got[name][i][j]; g != w && (g == g || w == w) {
						t.Fatalf("%s: result %d at %d is %g on %d processors, %g on 1", name, i, j, g, procs, w)
					}
				}
			}
		}
	})
}

func TestConcurrentCallers(t *testing.T) {
	want := bitsOf(everyKernel())
	var wg sync.WaitGroup
	for range 3 {
		cases := everyKernel()
		wg.Go(func() {
			for name, out := range bitsOf(cases) {
				for i := range out {
					allClose(t, name, out[i], want[name][i], 0)
				}
			}
		})
	}
	wg.Wait()
}

func TestNoAllocation(t *testing.T) {
	if testing.Short() {
		t.Skip("the same on every processor, and slow on an emulated one")
	}
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(2))
	for _, k := range everyKernel() {
		for range 3 {
			k.run()
		}
		// AllocsPerRun itself sets GOMAXPROCS to 1: the serial path. The pool's
		// own path is measured by hand.
		assert.Zero(t, testing.AllocsPerRun(5, k.run), k.name)
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		for range 20 {
			k.run()
		}
		runtime.ReadMemStats(&after)
		assert.Less(t, after.Mallocs-before.Mallocs, uint64(20), k.name)
	}
	f := func(int, int) {}
	assert.Zero(t, testing.AllocsPerRun(5, func() { Parallel(100, 1, f) }))
	require.NotEmpty(t, pool.workers, "the pool has run")
}
