// Package kernels holds the numeric work of GPT-1 on float32 slices: matrix
// products, attention, layer norm, GELU, dropout, cross-entropy, embedding and
// Adam, each with its gradient.
//
// Functions take slices and sizes and know no tensors and no graph. Shapes in
// comments are row-major, [B T C]: B batch, T positions, C width, H heads,
// D = C/H, V vocabulary. A gradient either overwrites its result (dx =) or adds
// to it (dw +=); each comment says which. Slices must not overlap unless the
// comment allows it.
//
// All functions split their work over one pool of workers (see [Parallel]) and
// may be called from several goroutines. The result never depends on the number
// of workers: the order of every sum is fixed by the sizes alone. After the
// first call no function allocates. A length that does not fit the sizes is a
// bug of the caller and panics.
//
// A row of a product has the same bits whatever rows stand beside it. Weights may be a
// [Compact], bfloat16 or int8.
//
// The inner loops are those of internal/simd. Start reading at parallel.go,
// then gemm.go, then attention.go.
package kernels
