//go:build !linux && !darwin

package kernels

// secondLevelCache is 0: unknown.
func secondLevelCache() int { return 0 }
