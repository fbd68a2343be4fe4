package checkpoint

import (
	"fmt"

	"gorgpt/graph"
	"gorgpt/internal/kernels"
	"gorgpt/internal/memory"
)

// MemoryError says that a model does not fit into memory.
// A MemoryError is safe for concurrent use as long as nothing changes it.
type MemoryError struct {
	Dir        string
	Need, Free int64 // bytes of the weights, and bytes that can be allocated
}

// Error says how much memory is missing, and how a model takes less.
func (e *MemoryError) Error() string {
	const mega = 1e6
	return fmt.Sprintf("%s: the weights take %.0f MB of memory, and %.0f MB are free: free some, or read them in a smaller type",
		e.Dir, float64(e.Need)/mega, float64(e.Free)/mega)
}

// enough returns a MemoryError unless n weights of type d fit into memory.
func enough(dir string, n int, d graph.Dtype) error {
	need := 4 * int64(n)
	switch d {
	case graph.BFloat16:
		need = 2 * int64(n)
	case graph.Int8:
		need = int64(n) + 4*int64(n)/kernels.Group
	}
	free, err := memory.Free()
	if err != nil || need <= free { // where the system does not say, the model is tried
		return nil
	}
	return &MemoryError{dir, need, free}
}
