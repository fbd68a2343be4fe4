// Command _gen writes the assembly of package simd and its Go declarations.
// Run it with "go generate ./internal/simd".
//
// The files of this folder are for amd64, those of neon for arm64. Here
// each kernel is described once and emitted for AVX2 with FMA and for AVX-512,
// whose vectors are twice as long. A file of kernels has a build.Context of its
// own, and each kernel a Go function of its own: a virtual register that leaks
// from one kernel to another is accepted in silence, and its code is garbage.
package main

import (
	"fmt"
	"log"
	"os"
	"path/filepath"

	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/pass"
	"github.com/mmcloughlin/avo/printer"

	"gorgpt/internal/simd/_gen/neon"
)

// files maps each pair x_amd64.s and x_amd64.go to the functions that emit its
// kernels for one instruction set.
var files = []struct {
	name    string
	kernels []func(*asm)
}{
	{"gemm", []func(*asm){tile}},
	{"rows", []func(*asm){combine, transposed}},
	{"strip", stripKernels()},
	{"pack", []func(*asm){pack, transpose}},
	{"vector", []func(*asm){add, scale, axpy, shiftMul, mulSub, dot, maximum, sumSquares}},
	{"exp", []func(*asm){expSum, sumExp}},
	{"gelu", []func(*asm){gelu, geluGrad}},
	{"layernorm", []func(*asm){layerNorm, layerNormGrad}},
	{"dropout", []func(*asm){dropout}},
	{"adam", []func(*asm){adam}},
	{"peak", []func(*asm){peak}},
}

func main() {
	for _, f := range files {
		if err := generate(filepath.Join("..", f.name+"_amd64"), f.kernels); err != nil {
			log.Fatalf("%s: %v", f.name, err)
		}
	}
	if err := neon.Generate(".."); err != nil {
		log.Fatal(err)
	}
}

// generate writes path.s and path.go.
func generate(path string, kernels []func(*asm)) error {
	ctx := build.NewContext()
	ctx.ConstraintExpr("amd64,!noasm")
	consts := map[string][]uint32{}
	for _, set := range []isa{avx2, avx512} {
		for _, emit := range kernels {
			emit(&asm{Context: ctx, isa: set, consts: consts})
		}
	}
	file, err := ctx.Result()
	if err != nil {
		return fmt.Errorf("describing kernels: %w", err)
	}
	if err := pass.Compile.Execute(file); err != nil {
		return fmt.Errorf("compiling kernels: %w", err)
	}
	cfg := printer.Config{Name: "internal/simd/_gen", Pkg: "simd"}
	for ext, p := range map[string]printer.Printer{".s": printer.NewGoAsm(cfg), ".go": printer.NewStubs(cfg)} {
		text, err := p.Print(file)
		if err != nil {
			return fmt.Errorf("printing kernels: %w", err)
		}
		if err := os.WriteFile(path+ext, text, 0o644); err != nil {
			return err
		}
	}
	return nil
}
