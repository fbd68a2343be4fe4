// Package simd holds the serial numeric primitives of gorgpt: loops over one
// row, one vector or one register tile of float32.
//
// A group of primitives x lives in x.go (what they mean, their checks, the call
// through the table of the chosen instruction set), x_generic.go (plain Go,
// compiled everywhere: the specification), and for amd64 and arm64 in
// x_amd64.s and x_arm64.s with their declarations in x_amd64.go and x_arm64.go.
// These are written by the programs in _gen, a module of its own, so that the
// generator is no dependency of gorgpt; after a change there run
//
//	go generate ./internal/simd
//
// The table is chosen once, when the program starts, from what the processor
// can do; GORGPT_CPU=generic, avx2, avx512 or neon forces one, and the build tag
// noasm leaves plain Go only. Commands report [ISA] and [Err].
//
// The package knows nothing of matrices, heads or goroutines: internal/kernels
// builds those on top. Start reading at isa.go for the table, then at exp.go
// for the shape that all primitives share.
package simd
