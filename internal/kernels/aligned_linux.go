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
	skip := (hugePage - int(uintptr(start)%hugePage)) % hugePage
	size := (bytes - skip) / hugePage * hugePage
	_ = unix.Madvise(unsafe.Slice((*byte)(unsafe.Add(start, skip)), size), unix.MADV_HUGEPAGE)
}
