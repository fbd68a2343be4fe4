package kernels

import "unsafe"

// cacheLine is the bytes of a cache line.
const cacheLine = 64

// Aligned returns n zeros that start on a cache line.
func Aligned[E int8 | uint16 | float32](n int) []E {
	if n == 0 {
		return nil
	}
	size := int(unsafe.Sizeof(*new(E)))
	raw := make([]E, n+cacheLine/size)
	preferHugePages(unsafe.Pointer(unsafe.SliceData(raw)), size*len(raw))
	skip := 0
	if rest := int(uintptr(unsafe.Pointer(unsafe.SliceData(raw))) % cacheLine); rest > 0 {
		skip = (cacheLine - rest) / size
	}
	return raw[skip : skip+n : skip+n]
}

// wholePages returns the part [skip,skip+size) of a block that consists of whole pages.
// Systems have pages of 4, 16 or 64 KB.
func wholePages(start uintptr, bytes, page int) (skip, size int) {
	skip = (page - int(start%uintptr(page))) % page
	return skip, max(bytes-skip, 0) / page * page
}

// Room is one block of memory for many matrices, see [Compact.Arrange]: the memory of a single
// one may be too small for huge pages.
// A Room must not be used by several goroutines at once.
type Room struct{ free []int8 }

// NewRoom returns a block of so many bytes, as [CompactBytes] counts them.
func NewRoom(bytes int) *Room { return &Room{Aligned[int8](bytes)} }

// take returns n zeros on a cache line: of the room, or of their own if there is no room.
func take[E int8 | uint16 | float32](r *Room, n int) []E {
	bytes := roundUp(n*int(unsafe.Sizeof(*new(E))), cacheLine)
	if r == nil || len(r.free) < bytes || n == 0 {
		return Aligned[E](n)
	}
	start := unsafe.Pointer(unsafe.SliceData(r.free))
	r.free = r.free[bytes:]
	return unsafe.Slice((*E)(start), n)
}
