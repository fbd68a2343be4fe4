//go:build !unix

package atomicfile

// NoFollow is the flag with which a file is not opened if its name is that of a link; this
// system has none.
const NoFollow = 0
