//go:build !linux

package kernels

import "unsafe"

// preferHugePages does nothing where the system has no such advice.
func preferHugePages(unsafe.Pointer, int) {}

// Release does nothing where the system has no such call.
func Release([]float32) {}
