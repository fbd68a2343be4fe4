//go:build !linux

package graph

// preferHugePages does nothing where the system has no such advice.
func preferHugePages([]float32) {}
