//go:build !unix

package regular

// nonBlock is not needed here: this system has no pipes among files.
const nonBlock = 0
