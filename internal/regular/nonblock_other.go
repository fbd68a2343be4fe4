//go:build !unix

package regular

// nonBlock has no meaning here: no pipe stands among the files.
const nonBlock = 0
