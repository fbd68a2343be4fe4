//go:build unix

package atomicfile

import "syscall"

// noFollow is the flag with which a file is not opened if its name is that of a link.
const noFollow = syscall.O_NOFOLLOW
