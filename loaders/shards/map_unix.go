//go:build unix

package shards

import (
	"math"
	"os"
	"runtime/debug"

	"github.com/pkg/errors"
	"golang.org/x/sys/unix"
)

// mapFile maps a file into memory. It returns nil where the system refuses.
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

// mapped is a file in memory, which the system loads and drops as it sees fit.
type mapped []byte

// Size is the number of bytes.
func (m mapped) Size() int64 { return int64(len(m)) }

// ReadAt fills data from an offset on. If the file has become shorter or its disk fails,
// touching the memory is a fault, which must not end the process.
func (m mapped) ReadAt(data []byte, at int64) (n int, err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if caught := recover(); caught != nil {
			if _, fault := caught.(interface{ Addr() uintptr }); !fault {
				panic(caught)
			}
			n, err = 0, errors.New("the file was cut short while it was in use, or its disk failed")
		}
	}()
	return copy(data, m[at:]), nil
}

// Close unmaps the file.
func (m mapped) Close() error { return unix.Munmap(m) }
