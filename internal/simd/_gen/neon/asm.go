package neon

import (
	"fmt"
	"go/token"
	"go/types"
	"math"
	"math/bits"
	"slices"
	"strings"
)

// vectorLanes is the float32 values of a vector, vectorBytes its size.
const (
	vectorLanes = 4
	vectorBytes = 4 * vectorLanes
)

// asm emits the kernels of one file. Registers are handed out by number, the lowest free one first,
// and return to the pool at the end of a scope or of the kernel.
type asm struct {
	code, stubs strings.Builder
	args        map[string]argument // of this kernel
	freeR       uint32              // general registers
	freeV       uint32              // vector registers
	loops       int                 // streams in this kernel, for labels
}

// argument is where the caller has put an argument, or expects a result.
type argument struct {
	offset int64
	size   int64
}

// usable are all general registers but R18, which belongs to macOS, R27, the assembler's
// temporary, R28, which holds the goroutine, and R29 to R31: frame, return address, stack.
const usable = 1<<27 - 1 - 1<<18

// function starts the kernel name. Each line of doc becomes a comment of the declaration, which
// shows the loop the kernel replaces.
func (a *asm) function(name, signature string, doc ...string) {
	a.freeR, a.freeV, a.loops = usable, math.MaxUint32, 0
	name += "NEON"
	doc[0] = name + " " + doc[0]
	for _, line := range doc {
		if line != "" && line[0] != '\t' {
			line = " " + line
		}
		fmt.Fprintf(&a.stubs, "//%s\n", line)
	}
	fmt.Fprintf(&a.stubs, "//\n//go:noescape\nfunc %s%s\n\n", name, signature)
	var size int64
	a.args, size = layout(signature)
	fmt.Fprintf(&a.code, "// func %s%s\nTEXT ·%s(SB), NOSPLIT, $0-%d\n", name, signature, name, size)
}

// layout returns the arguments of a signature by Go's assembly convention, and the size of their frame.
func layout(signature string) (map[string]argument, int64) {
	const word = 8
	tv, err := types.Eval(token.NewFileSet(), nil, token.NoPos, "(func"+signature+")(nil)")
	if err != nil {
		panic(fmt.Sprintf("signature %s: %v", signature, err))
	}
	sig, sizes := tv.Type.(*types.Signature), types.SizesFor("gc", "arm64")
	args, end := map[string]argument{}, int64(0)
	for i, tuple := range []*types.Tuple{sig.Params(), sig.Results()} {
		if i == 1 && tuple.Len() > 0 {
			end = (end + word - 1) / word * word
		}
		for v := range tuple.Variables() {
			size, align := sizes.Sizeof(v.Type()), sizes.Alignof(v.Type())
			end = (end + align - 1) / align * align
			name := v.Name()
			if name == "" {
				name = "ret"
			}
			if _, ok := v.Type().(*types.Slice); ok {
				args[name+"_base"], args[name+"_len"] = argument{end, word}, argument{end + word, word}
			} else {
				args[name] = argument{end, size}
			}
			end += size
		}
	}
	return args, end
}

// arg returns the operand of an argument or result, which must have that many bytes.
func (a *asm) arg(name string, size int64) operand {
	p, ok := a.args[name]
	if !ok || p.size != size {
		panic(fmt.Sprintf("no argument %s of %d bytes", name, size))
	}
	return text(fmt.Sprintf("%s+%d(FP)", name, p.offset))
}

// ret leaves the kernel.
func (a *asm) ret() { a.op("RET"); a.code.WriteByte('\n') }

// reg returns a free general register.
func (a *asm) reg() reg { return reg(take(&a.freeR)) }

// vec returns a free vector register.
func (a *asm) vec() vec { return vec(take(&a.freeV)) }

func (a *asm) vecs(n int) []vec {
	v := make([]vec, n)
	for i := range v {
		v[i] = a.vec()
	}
	return v
}

func take(free *uint32) int {
	if *free == 0 {
		panic("no register is free")
	}
	r := bits.TrailingZeros32(*free)
	*free &^= 1 << r
	return r
}

// scope emits body and takes back the registers that it was given.
func (a *asm) scope(body func()) {
	freeR, freeV := a.freeR, a.freeV
	body()
	a.freeR, a.freeV = freeR, freeV
}

// release takes back vectors before the end of their scope.
func (a *asm) release(v ...vec) {
	for _, r := range v {
		a.freeV |= 1 << r
	}
}

// ptr loads the address of a slice argument.
func (a *asm) ptr(name string) reg { return a.integer(name + "_base") }

// length loads the length of a slice argument.
func (a *asm) length(name string) reg { return a.integer(name + "_len") }

// integer loads an int argument.
func (a *asm) integer(name string) reg {
	r := a.reg()
	a.MOVD(a.arg(name, 8), r)
	return r
}

// broadcast fills a vector with an argument of 32 bits.
func (a *asm) broadcast(name string) vec {
	v := a.vec()
	a.FMOVS(a.arg(name, 4), v)
	a.DUP(lane{v, 0}, v)
	return v
}

// result stores lane 0 of v, so many bytes, as a result of the kernel; ret is one without a name.
func (a *asm) result(name string, size int64, v vec) {
	if size == 8 {
		a.FMOVD(v, a.arg(name, size))
	} else {
		a.FMOVS(v, a.arg(name, size))
	}
}

// constant returns a vector whose lanes all hold x.
func (a *asm) constant(x float32) vec { return a.bits(math.Float32bits(x)) }

// bits is [asm.constant] for an integer.
func (a *asm) bits(x uint32) vec { return a.words([vectorLanes]uint32{x, x, x, x}) }

// words returns a vector of constants.
func (a *asm) words(w [vectorLanes]uint32) vec {
	v := a.vec()
	if !slices.ContainsFunc(w[:], func(x uint32) bool { return x != 0 }) {
		a.clear(v)
		return v
	}
	a.op("VMOVQ", text(fmt.Sprintf("$0x%08x%08x", w[1], w[0])), text(fmt.Sprintf("$0x%08x%08x", w[3], w[2])), text(fmt.Sprintf("V%d", int(v))))
	return v
}

// clear sets v to zeros.
func (a *asm) clear(v vec) { a.EOR(v, v, v) }

// zeros returns n vectors of zeros.
func (a *asm) zeros(n int) []vec {
	v := a.vecs(n)
	for _, z := range v {
		a.clear(z)
	}
	return v
}

// label marks a place of this kernel.
func (a *asm) label(name string) { fmt.Fprintf(&a.code, "\n%s:\n", name) }

// op prints an instruction that Go's assembler knows.
func (a *asm) op(name string, operands ...operand) {
	all := make([]string, len(operands))
	for i, o := range operands {
		all[i] = o.String()
	}
	fmt.Fprintln(&a.code, strings.TrimRight(fmt.Sprintf("\t%-7s %s", name, strings.Join(all, ", ")), " "))
}

// word prints an instruction that it does not know, whose text in Arm's syntax becomes a comment.
func (a *asm) word(code uint32, format string, args ...any) {
	fmt.Fprintf(&a.code, "\tWORD    $0x%08x // %s\n", code, fmt.Sprintf(format, args...))
}
