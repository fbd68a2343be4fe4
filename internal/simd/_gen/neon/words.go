package neon

// Instructions that Go's assembler does not know. TestWords compares each with a disassembler,
// for registers and lanes at the ends of their ranges.

// three encodes an instruction d = n op m on vectors of a shape.
func (a *asm) three(base uint32, name, shape string, m, n, d vec) {
	a.word(base|uint32(m)<<16|uint32(n)<<5|uint32(d), "%s v%d.%s, v%d.%s, v%d.%s", name, d, shape, n, shape, m, shape)
}

// long encodes an instruction d = n op m whose results have twice the size of its operands.
func (a *asm) long(base uint32, name, shape string, m, n, d vec) {
	a.word(base|uint32(m)<<16|uint32(n)<<5|uint32(d), "%s v%d.2d, v%d.%s, v%d.%s", name, d, n, shape, m, shape)
}

// two encodes an instruction d = op n.
func (a *asm) two(base uint32, name, to, from string, n, d vec) {
	a.word(base|uint32(n)<<5|uint32(d), "%s v%d.%s, v%d.%s", name, d, to, n, from)
}

// byElement encodes an instruction d = n op m, where m is one lane of a vector.
func (a *asm) byElement(base uint32, name string, m lane, n, d vec) {
	i := uint32(m.i)
	a.word(base|i&1<<21|uint32(m.vec)<<16|i>>1<<11|uint32(n)<<5|uint32(d), "%s v%d.4s, v%d.4s, v%d.s[%d]", name, d, n, m.vec, m.i)
}

func (a *asm) FADD(m, n, d vec)  { a.three(0x4e20d400, "fadd", "4s", m, n, d) }
func (a *asm) FSUB(m, n, d vec)  { a.three(0x4ea0d400, "fsub", "4s", m, n, d) }
func (a *asm) FMUL(m, n, d vec)  { a.three(0x6e20dc00, "fmul", "4s", m, n, d) }
func (a *asm) FDIV(m, n, d vec)  { a.three(0x6e20fc00, "fdiv", "4s", m, n, d) }
func (a *asm) FADDD(m, n, d vec) { a.three(0x4e60d400, "fadd", "2d", m, n, d) }

// CMHS sets lanes of 16 bits to ones where n ≥ m, without signs, else to zeros.
func (a *asm) CMHS(m, n, d vec) { a.three(0x6e603c00, "cmhs", "8h", m, n, d) }

// UMULL multiplies the lower two lanes of n and m, without signs, to 64 bits, UMULL2 the upper two.
func (a *asm) UMULL(m, n, d vec)  { a.long(0x2ea0c000, "umull", "2s", m, n, d) }
func (a *asm) UMULL2(m, n, d vec) { a.long(0x6ea0c000, "umull2", "4s", m, n, d) }

// FMAX and FMIN of a number and a NaN are the NaN.
func (a *asm) FMAX(m, n, d vec) { a.three(0x4e20f400, "fmax", "4s", m, n, d) }
func (a *asm) FMIN(m, n, d vec) { a.three(0x4ea0f400, "fmin", "4s", m, n, d) }

// FMAXNM is the larger of two; of a number and a NaN it is the number.
func (a *asm) FMAXNM(m, n, d vec) { a.three(0x4e20c400, "fmaxnm", "4s", m, n, d) }

func (a *asm) FNEG(n, d vec)  { a.two(0x6ea0f800, "fneg", "4s", "4s", n, d) }
func (a *asm) FSQRT(n, d vec) { a.two(0x6ea1f800, "fsqrt", "4s", "4s", n, d) }

// FRINTN rounds to the nearest integer, ties to even; FCVTNS converts to it, a NaN to 0.
func (a *asm) FRINTN(n, d vec) { a.two(0x4e218800, "frintn", "4s", "4s", n, d) }
func (a *asm) FCVTNS(n, d vec) { a.two(0x4e21a800, "fcvtns", "4s", "4s", n, d) }

// SCVTF converts integers, divided by a power of two.
func (a *asm) SCVTF(power int, n, d vec) {
	a.word(0x4f00e400|uint32(64-power)<<16|uint32(n)<<5|uint32(d), "scvtf v%d.4s, v%d.4s, #%d", d, n, power)
}

// SSHR shifts signed integers to the right.
func (a *asm) SSHR(by int, n, d vec) {
	a.word(0x4f000400|uint32(64-by)<<16|uint32(n)<<5|uint32(d), "sshr v%d.4s, v%d.4s, #%d", d, n, by)
}

// FCVTL converts the lower two float32 of n to float64, FCVTL2 the upper two.
func (a *asm) FCVTL(n, d vec)  { a.two(0x0e617800, "fcvtl", "2d", "2s", n, d) }
func (a *asm) FCVTL2(n, d vec) { a.two(0x4e617800, "fcvtl2", "2d", "4s", n, d) }

func (a *asm) FMLAElement(m lane, n, d vec) { a.byElement(0x4f801000, "fmla", m, n, d) }
func (a *asm) FMULElement(m lane, n, d vec) { a.byElement(0x4f809000, "fmul", m, n, d) }
