package kernels

import (
	"math"

	"golang.org/x/sys/unix"
)

// secondLevelCache returns the bytes of the second-level cache of the fast cores, 0 if the system
// does not say.
func secondLevelCache() int {
	for _, name := range []string{"hw.perflevel0.l2cachesize", "hw.l2cachesize"} {
		raw, err := unix.SysctlRaw(name) // 32 or 64 bits, by the version of the system
		if err != nil {
			continue
		}
		size := uint64(0)
		for i, b := range raw[:min(len(raw), 8)] {
			size |= uint64(b) << (8 * i)
		}
		if size > 0 && size <= math.MaxInt32 {
			return int(size)
		}
	}
	return 0
}
