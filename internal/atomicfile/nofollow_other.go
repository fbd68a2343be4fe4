//go:build !unix

package atomicfile

// noFollow is the flag with which a file is not opened if its name is that of a link; this
// system has none.
const noFollow = 0
