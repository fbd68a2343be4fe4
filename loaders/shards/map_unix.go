//go:build unix

package shards

import (
	"math"
	"os"
	"runtime/debug"

	"github.com/pkg/errors"
	"golang.org/x/sys/unix"
)

// mapFile maps a file into memory. It returns nil if the system cannot map it.
func mapFile(f *os.File, size int64) storage {
	if size < 1 || size > math.MaxInt {
		return nil
	}
	data, err := unix.Mmap(int(f.Fd()), 0, int(size), unix.PROT_READ, unix.MAP_SHARED)
	if err != nil {
		return nil
	}
	return mapped(data)
}

// mapped is a file that is mapped into memory. The system loads and drops its pages.
type mapped []byte

// Size is the number of bytes.
func (m mapped) Size() int64 { return int64(len(m)) }

// ReadAt fills data from an offset on. If the file was truncated or its disk fails, access to the memory
// is a fault, which must not end the process.
func (m mapped) ReadAt(data []byte, at int64) (n int, err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if caught := recover(); caught != nil {
			if _, fault := caught.(interface{ Addr() uintptr }); !fault {
				panic(caught)
			}
			n, err = 0, errors.New("the file was truncated while it was in use, or its disk failed")
		}
	}()
	return copy(data, m[at:]), nil
}

// Close unmaps the file.
func (m mapped) Close() error { return unix.Munmap(m) }
