package kernels

import (
	"unsafe"

	"golang.org/x/sys/unix"
)

// hugePage is the size of a huge page on the machines that have them.
const hugePage = 2 << 20

// preferHugePages asks the kernel to back a large, still untouched block with
// huge pages. The first access to each page slows the first step, and misses in the
// translation of addresses slow the later ones. Fewer pages reduce both. The kernel
// may ignore the advice.
func preferHugePages(start unsafe.Pointer, bytes int) {
	if bytes < 2*hugePage {
		return
	}
	skip, size := wholePages(uintptr(start), bytes, hugePage)
	_ = unix.Madvise(unsafe.Slice((*byte)(unsafe.Add(start, skip)), size), unix.MADV_HUGEPAGE)
}

// Release gives the pages of a block that is no longer needed back to the system, before the
// collector can. Its elements have no defined value after that.
func Release(block []float32) {
	start := unsafe.Pointer(unsafe.SliceData(block))
	if skip, size := wholePages(uintptr(start), 4*len(block), unix.Getpagesize()); size > 0 {
		_ = unix.Madvise(unsafe.Slice((*byte)(unsafe.Add(start, skip)), size), unix.MADV_DONTNEED)
	}
}
