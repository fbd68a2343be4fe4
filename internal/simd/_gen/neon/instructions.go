package neon

import "fmt"

// Instructions that Go's assembler knows.

func (a *asm) MOVD(from, to operand) { a.op("MOVD", from, to) }

func (a *asm) ADD(x operand, n, d reg)  { a.op("ADD", x, n, d) }
func (a *asm) SUB(x operand, n, d reg)  { a.op("SUB", x, n, d) }
func (a *asm) SUBS(x operand, n, d reg) { a.op("SUBS", x, n, d) }
func (a *asm) AND(x operand, n, d reg)  { a.op("AND", x, n, d) }
func (a *asm) LSL(x operand, n, d reg)  { a.op("LSL", x, n, d) }
func (a *asm) LSR(x operand, n, d reg)  { a.op("LSR", x, n, d) }

// CMP compares n with m; CSELLT is m if n was less, else the other.
func (a *asm) CMP(m, n reg)              { a.op("CMP", m, n) }
func (a *asm) CSELLT(less, other, d reg) { a.op("CSEL", text("LT"), less, other, d) }

// Branches. BLT and BGE look at the last SUBS.
func (a *asm) B(label string)           { a.op("B", text(label)) }
func (a *asm) BLT(label string)         { a.op("BLT", text(label)) }
func (a *asm) BGE(label string)         { a.op("BGE", text(label)) }
func (a *asm) CBZ(r reg, label string)  { a.op("CBZ", r, text(label)) }
func (a *asm) CBNZ(r reg, label string) { a.op("CBNZ", r, text(label)) }

// Loads and stores of lane 0 (S: 32 bits, D: 64; a load clears the others), of a vector and of two.
func (a *asm) FMOVS(from, to operand)  { a.op("FMOVS", from, to) }
func (a *asm) FMOVD(from, to operand)  { a.op("FMOVD", from, to) }
func (a *asm) FMOVQ(from, to operand)  { a.op("FMOVQ", from, to) }
func (a *asm) FLDPQ(from mem, to pair) { a.op("FLDPQ", from, to) }
func (a *asm) FSTPQ(from pair, to mem) { a.op("FSTPQ", from, to) }

// LD1 loads one lane and leaves the others as they are.
func (a *asm) LD1(from mem, to lane) { a.op("VLD1", from, to) }

// Prefetches into the first- and second-level cache.
func (a *asm) PRFM1(m mem) { a.op("PRFM", m, text("PLDL1KEEP")) }
func (a *asm) PRFM2(m mem) { a.op("PRFM", m, text("PLDL2KEEP")) }

// FMLA sets d += n·m. FMLAD does it with float64.
func (a *asm) FMLA(m, n, d vec)  { a.op("VFMLA", m.as("S4"), n.as("S4"), d.as("S4")) }
func (a *asm) FMLS(m, n, d vec)  { a.op("VFMLS", m.as("S4"), n.as("S4"), d.as("S4")) }
func (a *asm) FMLAD(m, n, d vec) { a.op("VFMLA", m.as("D2"), n.as("D2"), d.as("D2")) }

// SCVTFS converts an integer to lane 0.
func (a *asm) SCVTFS(from reg, to vec) { a.op("SCVTFS", from, to) }

// ADDV, SUBV and SHL are on integers.
func (a *asm) ADDV(m, n, d vec)     { a.op("VADD", m.as("S4"), n.as("S4"), d.as("S4")) }
func (a *asm) SUBV(m, n, d vec)     { a.op("VSUB", m.as("S4"), n.as("S4"), d.as("S4")) }
func (a *asm) SHL(by int, n, d vec) { a.op("VSHL", imm(by), n.as("S4"), d.as("S4")) }

// Moves and bits.
func (a *asm) DUP(x lane, d vec) { a.op("VDUP", x, d.as("S4")) }
func (a *asm) DUPH(n, d vec)     { a.op("VDUP", text(fmt.Sprintf("V%d.H[0]", int(n))), d.as("H8")) }
func (a *asm) MOV(n, d vec)      { a.op("VMOV", n.as("B16"), d.as("B16")) }
func (a *asm) ANDV(m, n, d vec)  { a.op("VAND", m.as("B16"), n.as("B16"), d.as("B16")) }
func (a *asm) EOR(m, n, d vec)   { a.op("VEOR", m.as("B16"), n.as("B16"), d.as("B16")) }
func (a *asm) EXT(bytes int, m, n, d vec) {
	a.op("VEXT", imm(bytes), m.as("B16"), n.as("B16"), d.as("B16"))
}
func (a *asm) ZIP1(m, n, d vec)  { a.op("VZIP1", m.as("S4"), n.as("S4"), d.as("S4")) }
func (a *asm) ZIP2(m, n, d vec)  { a.op("VZIP2", m.as("S4"), n.as("S4"), d.as("S4")) }
func (a *asm) ZIP1D(m, n, d vec) { a.op("VZIP1", m.as("D2"), n.as("D2"), d.as("D2")) }
func (a *asm) ZIP2D(m, n, d vec) { a.op("VZIP2", m.as("D2"), n.as("D2"), d.as("D2")) }
func (a *asm) ZIP1H(m, n, d vec) { a.op("VZIP1", m.as("H8"), n.as("H8"), d.as("H8")) }
func (a *asm) ZIP2H(m, n, d vec) { a.op("VZIP2", m.as("H8"), n.as("H8"), d.as("H8")) }
func (a *asm) UZP1(m, n, d vec)  { a.op("VUZP1", m.as("S4"), n.as("S4"), d.as("S4")) }
func (a *asm) UZP2(m, n, d vec)  { a.op("VUZP2", m.as("S4"), n.as("S4"), d.as("S4")) }

// TBL sets each byte of d to that byte of n whose number is in places, or to 0 if there is none.
func (a *asm) TBL(places, n, d vec) {
	a.op("VTBL", places.as("B16"), text(fmt.Sprintf("[%v]", n.as("B16"))), d.as("B16"))
}
