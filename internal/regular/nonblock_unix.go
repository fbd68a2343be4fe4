//go:build unix

package regular

import "syscall"

// nonBlock makes opening a pipe return at once.
const nonBlock = syscall.O_NONBLOCK
