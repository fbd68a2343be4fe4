// Package simd holds the serial numeric primitives of gorgpt: loops over one
// row, one vector or one register tile of float32.
//
// Each primitive x lives in x.go (its meaning, its checks and the call through
// the table of the chosen instruction set) and x_generic.go (plain Go, compiled
// everywhere: the specification). The table is chosen once, when the program
// starts; see [ISA].
//
// The package knows nothing of matrices, heads or goroutines: internal/kernels
// builds those on top. Start reading at isa.go for the table, then at exp.go
// for the shape that all primitives share.
package simd
