// Package neon writes the kernels of package simd for arm64. It is to NEON what the files above it
// are to AVX, with an emitter of its own, since avo has no Arm.
//
// A kernel is a Go function that takes registers from the assembler ([asm.ptr], [asm.vec]) and
// calls a method for each instruction. Operands stand in the order of Go's assembler: sources
// first, the last source of Arm's manual before the first, then the destination. Instructions
// that Go's assembler knows are printed by name; the others as words, with the instruction in a
// comment, which a test compares with a disassembler. See vector.go for the shape that row
// kernels share.
package neon
