package graph

import (
	"sync"

	"github.com/pkg/errors"

	"gorgpt/internal/kernels"
)

// Arena is the working memory that graphs share. Only one of its machines may run at a
// time, and a run invalidates the values of the others. An Arena must not be used by several
// goroutines at once: if two runs overlap, the second returns ErrBusy.
type Arena struct {
	data []float32
	used int        // bumped when data moves
	busy sync.Mutex // held while a machine runs

	apart *gradients // what machines of the arena add gradients to; nil: the store's
}

// ErrBusy is the error of a run while another machine of the same arena is running.
var ErrBusy = errors.New("the memory is in use by another goroutine: each needs an arena of its own")

// reserve makes the arena hold at least n float32.
func (a *Arena) reserve(n int) {
	if n > len(a.data) {
		a.data = nil // let the collector have the old block before the new one is made
		a.data = alignedFloats(n)
		a.used++
	}
}

// Bytes returns the size of the arena.
func (a *Arena) Bytes() int { return 4 * len(a.data) }

// alignedFloats returns n zeroed float32 starting on a cache line.
func alignedFloats(n int) []float32 { return kernels.Aligned[float32](n) }
