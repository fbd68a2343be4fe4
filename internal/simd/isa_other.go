//go:build (!amd64 && !arm64) || noasm

package simd

// assembled is empty: this build has no assembly.
func assembled() []table { return nil }
