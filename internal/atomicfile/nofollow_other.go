//go:build !unix

package atomicfile

// noFollow is the flag to not open links; this system has none.
const noFollow = 0
