package neon

// dropout emits Philox4x32-10 on four blocks of counters, one in each lane.
func dropout(a *asm) {
	a.function("dropout", "(dst, src []float32, key uint64, block, row, head, seq, threshold uint32, scale float32)",
		"applies the mask of one row; lane i of a block is word i/2, low half first:", "",
		"\tfor i := range dst {",
		"\t\tif lane(philox(key, block+i/8, row, head, seq), i%8) >= threshold {",
		"\t\t\tdst[i] = src[i] * scale",
		"\t\t} else {", "\t\t\tdst[i] = 0", "\t\t}", "\t}")
	d := dropper{asm: a, dst: a.ptr("dst"), src: a.ptr("src"), left: a.length("dst")}
	d.scale, d.threshold = a.broadcast("scale"), a.broadcast("threshold")
	a.DUPH(d.threshold, d.threshold)
	counter, step := a.broadcast("block"), a.bits(philoxBlocks)
	a.ADDV(a.words([vectorLanes]uint32{0, 1, 2, 3}), counter, counter)
	k := a.philoxConstants()

	a.label("blocks")
	a.CBZ(d.left, "done")
	random := a.philox(k, counter)
	a.ADDV(step, counter, counter)
	a.SUBS(imm(dropoutSize), d.left, d.left)
	a.BLT("partial")
	for i, bits := range random {
		d.whole(bits, i*2*vectorBytes)
	}
	a.advance(4*dropoutSize, []reg{d.dst, d.src})
	a.B("blocks")
	a.label("partial")
	a.ADD(imm(dropoutSize), d.left, d.left)
	d.partial(random)
	a.label("done")
	a.ret()
}

// philoxBlocks is the number of blocks that one call of philox computes, dropoutSize that of the
// elements whose fate they decide.
const (
	philoxBlocks = vectorLanes
	dropoutSize  = 8 * philoxBlocks
)

// philoxConstants are what philox needs in registers: multipliers, increments of the key, the key
// in lanes 0 and 1, and words 1 to 3 of the counter.
type philoxConstants struct{ m0, m1, w0, w1, key, row, head, seq vec }

func (a *asm) philoxConstants() philoxConstants {
	k := philoxConstants{
		m0: a.bits(0xD2511F53), m1: a.bits(0xCD9E8D57), w0: a.bits(0x9E3779B9), w1: a.bits(0xBB67AE85),
		key: a.vec(), row: a.broadcast("row"), head: a.broadcast("head"), seq: a.broadcast("seq"),
	}
	a.FMOVD(a.arg("key", 8), k.key)
	return k
}

// philox returns the random bits of the blocks of counter: a vector of 16-bit lanes for each block.
func (a *asm) philox(k philoxConstants, counter vec) []vec {
	c, free, k0, k1 := a.vecs(4), a.vecs(4), a.vec(), a.vec()
	for i, from := range []vec{counter, k.row, k.head, k.seq} {
		a.MOV(from, c[i])
	}
	a.DUP(lane{k.key, 0}, k0)
	a.DUP(lane{k.key, 1}, k1)
	const rounds = 10
	for round := range rounds {
		if round > 0 {
			a.ADDV(k.w0, k0, k0)
			a.ADDV(k.w1, k1, k1)
		}
		a.UMULL(k.m0, c[0], free[0])
		a.UMULL2(k.m0, c[0], free[1])
		a.UMULL(k.m1, c[2], free[2])
		a.UMULL2(k.m1, c[2], free[3])
		a.UZP2(free[1], free[0], c[0]) // the high halves
		a.UZP2(free[3], free[2], c[2])
		a.UZP1(free[1], free[0], free[0]) // the low ones
		a.UZP1(free[3], free[2], free[2])
		a.EOR(c[1], c[2], c[2])
		a.EOR(k0, c[2], c[2])
		a.EOR(c[3], c[0], c[0])
		a.EOR(k1, c[0], c[0])
		c, free = []vec{c[2], free[2], c[0], free[0]}, []vec{c[1], free[1], c[3], free[3]}
	}
	a.ZIP1(c[1], c[0], free[0]) // words 0 and 1 of blocks 0 and 1
	a.ZIP2(c[1], c[0], free[1]) // of blocks 2 and 3
	a.ZIP1(c[3], c[2], free[2])
	a.ZIP2(c[3], c[2], free[3])
	for half := range 2 {
		a.ZIP1D(free[half+2], free[half], c[2*half])
		a.ZIP2D(free[half+2], free[half], c[2*half+1])
	}
	a.release(append(free, k0, k1)...)
	return c
}

// dropper applies random bits to the elements of dst and src.
type dropper struct {
	*asm
	dst, src, left   reg
	scale, threshold vec
}

// whole does the eight elements of a block.
func (d dropper) whole(bits vec, disp int) {
	d.scope(func() {
		x, keep := d.vecs(2), d.vecs(2)
		d.loads(x, d.src, disp)
		d.CMHS(d.threshold, bits, bits)
		d.ZIP1H(bits, bits, keep[0]) // twice 16 bits for an element
		d.ZIP2H(bits, bits, keep[1])
		for i, v := range x {
			d.FMUL(d.scale, v, v)
			d.ANDV(keep[i], v, v)
		}
		d.stores(x, d.dst, disp)
	})
}

// partial does the last elements, fewer than the bits are for.
func (d dropper) partial(random []vec) {
	x, keep := d.vec(), d.vec()
	for _, bits := range random {
		d.CMHS(d.threshold, bits, bits)
		for _, zip := range []func(m, n, d vec){d.ZIP1H, d.ZIP2H} {
			zip(bits, bits, keep)
			d.SUBS(imm(vectorLanes), d.left, d.left)
			d.BLT("rest")
			d.FMOVQ(at(d.src, 0), x)
			d.FMUL(d.scale, x, x)
			d.ANDV(keep, x, x)
			d.FMOVQ(x, at(d.dst, 0))
			d.advance(vectorBytes, []reg{d.dst, d.src})
		}
	}
	d.label("rest")
	d.ADD(imm(vectorLanes), d.left, d.left)
	d.label("single")
	d.CBZ(d.left, "done")
	d.FMOVS(at(d.src, 0), x)
	d.FMUL(d.scale, x, x)
	d.ANDV(keep, x, x)
	d.FMOVS(x, at(d.dst, 0))
	d.EXT(4, keep, keep, keep)
	d.advance(4, []reg{d.dst, d.src})
	d.SUB(imm(1), d.left, d.left)
	d.B("single")
}
