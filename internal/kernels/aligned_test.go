package kernels

import (
	"testing"
	"unsafe"

	"github.com/stretchr/testify/require"
)

func TestAligned(t *testing.T) {
	for _, n := range []int{0, 1, 3, 100, 3 << 20} {
		x, q := Aligned[float32](n), Aligned[int8](n)
		require.Len(t, x, n)
		require.Len(t, q, n)
		require.Zero(t, uintptr(unsafe.Pointer(unsafe.SliceData(x)))%cacheLine)
		require.Zero(t, uintptr(unsafe.Pointer(unsafe.SliceData(q)))%cacheLine)
	}
}

// TestRelease releases parts of a block and looks at what is beside them.
func TestRelease(t *testing.T) {
	x := Aligned[float32](1 << 20)
	for i := range x {
		x[i] = 1
	}
	for _, part := range [][2]int{{0, 0}, {5, 900}, {1000, 5003}, {7001, 900_001}} {
		Release(x[part[0]:part[1]])
	}
	for i, v := range x {
		inside := i >= 1000 && i < 5003 || i >= 7001 && i < 900_001
		require.True(t, v == 1 || v == 0 && inside, i)
		x[i] = 2 // the memory can be used again
	}
	for i, v := range x {
		require.Equal(t, float32(2), v, i)
	}
}
