package main

import (
	"fmt"
	"math"
	"slices"

	"github.com/mmcloughlin/avo/attr"
	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// isa is an instruction set: the suffix of its functions and the float32 lanes
// of its vectors.
type isa struct {
	suffix string
	lanes  int
}

var (
	avx2   = isa{"AVX2", 8}
	avx512 = isa{"AVX512", 16}
)

func (s isa) bytes() int { return 4 * s.lanes }

// asm emits kernels for one instruction set. Most instructions have one name
// for both vector lengths; the rest is hidden in its methods.
type asm struct {
	*build.Context
	isa
	consts map[string][]uint32 // constants the file already holds
	loops  int                 // streams in this kernel, for labels
}

// function starts the kernel name. Each line of doc becomes a comment of the
// declaration, which shows the loop the kernel replaces.
func (a *asm) function(name, signature string, doc ...string) {
	a.loops = 0
	a.Function(name + a.suffix)
	doc[0] = name + a.suffix + " " + doc[0]
	a.Doc(doc...)
	a.Attributes(attr.NOSPLIT)
	a.Pragma("noescape")
	a.SignatureExpr("func" + signature)
}

// ret leaves the kernel. The upper halves are zeroed because legacy SSE code of
// the caller would wait for them.
func (a *asm) ret() {
	a.VZEROUPPER()
	a.RET()
}

// vec returns a new vector register.
func (a *asm) vec() reg.VecVirtual {
	if a.lanes == avx512.lanes {
		return a.ZMM()
	}
	return a.YMM()
}

func (a *asm) vecs(n int) []reg.VecVirtual {
	v := make([]reg.VecVirtual, n)
	for i := range v {
		v[i] = a.vec()
	}
	return v
}

// zero returns a vector of zeros.
func (a *asm) zero() reg.VecVirtual {
	v := a.vec()
	a.clear(v)
	return v
}

// clear sets v to zeros.
func (a *asm) clear(v reg.VecVirtual) {
	if a.lanes == avx512.lanes {
		a.VPXORD(v, v, v)
	} else {
		a.VXORPS(v, v, v)
	}
}

// ptr loads the address of a slice argument.
func (a *asm) ptr(name string) reg.Register {
	return a.Load(a.Param(name).Base(), a.GP64())
}

// length loads the length of a slice argument.
func (a *asm) length(name string) reg.Register {
	return a.Load(a.Param(name).Len(), a.GP64())
}

// integer loads an int argument.
func (a *asm) integer(name string) reg.Register {
	return a.Load(a.Param(name), a.GP64())
}

// broadcast fills a vector with an argument of 32 bits.
func (a *asm) broadcast(name string) reg.VecVirtual {
	addr, err := a.Param(name).Resolve()
	if err != nil {
		panic(err)
	}
	v := a.vec()
	a.VBROADCASTSS(addr.Addr, v)
	return v
}

// constant returns the address of a vector whose lanes all hold x: a memory
// operand costs no register.
func (a *asm) constant(name string, x float32) operand.Mem {
	return a.bits(name, math.Float32bits(x))
}

// bits is [asm.constant] for an integer.
func (a *asm) bits(name string, x uint32) operand.Mem {
	lanes := make([]uint32, avx512.lanes)
	for i := range lanes {
		lanes[i] = x
	}
	return a.table(name, lanes)
}

// table returns the address of read-only words, written to the file once.
func (a *asm) table(name string, words []uint32) operand.Mem {
	if held, ok := a.consts[name]; ok {
		if !slices.Equal(held, words) {
			panic("two constants are named " + name)
		}
		return operand.NewDataAddr(operand.NewStaticSymbol(name), 0)
	}
	a.consts[name] = words
	mem := a.StaticGlobal(name)
	a.DataAttributes(attr.RODATA | attr.NOPTR)
	for _, w := range words {
		a.AppendDatum(operand.U32(w))
	}
	return mem
}

// label returns a label of this kernel.
func (a *asm) label(format string, args ...any) string {
	return fmt.Sprintf(format, args...)
}

func at(base reg.Register, disp int) operand.Mem { return operand.Mem{Base: base, Disp: disp} }

func indexed(base, index reg.Register, scale uint8, disp int) operand.Mem {
	return operand.Mem{Base: base, Index: index, Scale: scale, Disp: disp}
}
