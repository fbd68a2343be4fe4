package main

import "github.com/mmcloughlin/avo/operand"

// peakSums is the number of sums in registers: with two units that take four or
// five cycles each, ten keep them busy.
const peakSums = 12

// peak emits multiply-adds that wait for nothing: no memory, and each of its
// sums needs only its own last value.
func peak(a *asm) {
	a.function("peak", "(rounds int) float32",
		"computes twelve vectors of sums in registers, for rounds from 1:",
		"",
		"\tfor range rounds {",
		"\t\tfor i := range sum {",
		"\t\t\tsum[i] = sum[i]*0.5 + 1",
		"\t\t}",
		"\t}",
		"\treturn sum[0]",
	)
	rounds := a.integer("rounds")
	half, one := a.vec(), a.vec()
	a.VMOVUPS(a.constant("peak_half", 0.5), half)
	a.VMOVUPS(a.constant("peak_one", 1), one)
	sums := a.vecs(peakSums)
	for _, s := range sums {
		a.clear(s)
	}
	a.Label("round")
	for _, s := range sums {
		a.VFMADD213PS(one, half, s)
	}
	a.DECQ(rounds)
	a.JNZ(operand.LabelRef("round"))
	a.Store(sums[0].AsX(), a.ReturnIndex(0))
	a.ret()
}
