package kernels

import "unsafe"

// aligned returns n zeros that start on a cache line.
func aligned[E any](n int) []E {
	const line = 64
	size := int(unsafe.Sizeof(*new(E)))
	raw := make([]E, n+line/size)
	skip := 0
	if rest := int(uintptr(unsafe.Pointer(unsafe.SliceData(raw))) % line); rest > 0 {
		skip = (line - rest) / size
	}
	return raw[skip : skip+n : skip+n]
}
