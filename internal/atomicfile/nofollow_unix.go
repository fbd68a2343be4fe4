//go:build unix

package atomicfile

import "syscall"

// noFollow is the flag to not open links.
const noFollow = syscall.O_NOFOLLOW
