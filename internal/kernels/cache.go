package kernels

import "sync"

// gemmMC is the rows of a block of A. No result depends on it.
var gemmMC = sync.OnceValue(func() int { return blockRows(secondLevelCache()) })

// blockRows returns the rows of a block of A that take at most five eighths of a cache of so many
// bytes, or if that is unknown (0) the usual number, which is enough for any.
func blockRows(cache int) int {
	const (
		usual = 192
		step  = 12 // rows of whole tiles, of every instruction set
	)
	if cache <= 0 {
		return usual
	}
	return min(max(cache/8*5/(4*gemmKC)/step*step, step), usual)
}
