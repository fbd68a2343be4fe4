package neon

// peakSums is the number of sums in registers: with four units that take four cycles each, sixteen
// keep them busy.
const peakSums = 24

// peak emits multiply-adds that wait for nothing: no memory, and each of its sums needs only its own
// last value. An instruction adds to its destination, so what a sum lacks of 2 is halved.
func peak(a *asm) {
	a.function("peak", "(rounds int) float32",
		"computes 24 vectors of sums in registers, for rounds from 1, and of each what it lacks of 2:",
		"",
		"\tfor range rounds {",
		"\t\tfor i := range lacks {",
		"\t\t\tlacks[i] -= lacks[i] * 0.5",
		"\t\t}",
		"\t}",
		"\treturn 2 - lacks[0]",
	)
	rounds, half, two := a.integer("rounds"), a.constant(0.5), a.constant(2)
	lacks := a.vecs(peakSums)
	for _, v := range lacks {
		a.MOV(two, v)
	}
	a.label("round")
	for _, v := range lacks {
		a.FMLS(half, v, v)
	}
	a.SUB(imm(1), rounds, rounds)
	a.CBNZ(rounds, "round")
	a.FSUB(lacks[0], two, two)
	a.result("ret", 4, two)
	a.ret()
}
