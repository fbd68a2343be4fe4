package graph

import (
	"unsafe"

	"golang.org/x/sys/unix"
)

// hugePage is the size of a huge page on the machines that have them.
const hugePage = 2 << 20

// preferHugePages asks the kernel to back a large, still untouched block with
// huge pages. The first touch of a page is what makes the first step slow, and
// a miss of its translation what slows the others; both are a matter of the
// number of pages. The advice is only that: a kernel that does not take it
// changes nothing.
func preferHugePages(block []float32) {
	bytes := 4 * len(block)
	if bytes < 2*hugePage {
		return
	}
	start := unsafe.Pointer(unsafe.SliceData(block))
	skip := (hugePage - int(uintptr(start)%hugePage)) % hugePage
	size := (bytes - skip) / hugePage * hugePage
	_ = unix.Madvise(unsafe.Slice((*byte)(unsafe.Add(start, skip)), size), unix.MADV_HUGEPAGE)
}
