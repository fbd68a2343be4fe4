package neon

import "fmt"

// operand is anything that an instruction takes, in the syntax of Go's assembler.
type operand interface{ String() string }

// text is an operand that needs no type of its own.
type text string

func (t text) String() string { return string(t) }

// imm is a constant.
type imm int

func (i imm) String() string { return fmt.Sprintf("$%d", int(i)) }

// reg is a general register.
type reg int

func (r reg) String() string { return fmt.Sprintf("R%d", int(r)) }

// shifted is a register shifted to the left.
type shifted struct {
	reg
	by int
}

func (s shifted) String() string { return fmt.Sprintf("%v<<%d", s.reg, s.by) }

// vec is a vector register.
type vec int

// String prints the register as scalar loads and stores name it. Vector instructions add a shape.
func (v vec) String() string { return fmt.Sprintf("F%d", int(v)) }

// as prints the register with a shape: S4, D2, B16 and so on.
func (v vec) as(shape string) operand { return text(fmt.Sprintf("V%d.%s", int(v), shape)) }

// lane is one float32 of a vector.
type lane struct {
	vec
	i int
}

func (l lane) String() string { return fmt.Sprintf("V%d.S[%d]", int(l.vec), l.i) }

// mem is a place in memory.
type mem struct {
	base reg
	disp int
}

func at(base reg, disp int) mem { return mem{base, disp} }

func (m mem) String() string {
	if m.disp == 0 {
		return fmt.Sprintf("(%v)", m.base)
	}
	return fmt.Sprintf("%d(%v)", m.disp, m.base)
}

// pair is two vectors that one instruction loads or stores.
type pair struct{ low, high vec }

func (p pair) String() string { return fmt.Sprintf("(%v, %v)", p.low, p.high) }
