package main

import (
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// combineRows is how many rows combine takes at a time. Eight factors and a sum leave registers
// of AVX2's sixteen for operands.
const combineRows = 8

// rowPtrs returns the addresses of rows of x that are ld elements apart.
func (a *asm) rowPtrs(x string, ld reg.Register, rows int) []reg.Register {
	p := []reg.Register{a.ptr(x)}
	for len(p) < rows {
		next := a.GP64()
		a.LEAQ(indexed(p[len(p)-1], ld, 4, 0), next)
		p = append(p, next)
	}
	return p
}

func combine(a *asm) {
	a.function("combine", "(dst, x []float32, ld int, s []float32)",
		"adds multiples of eight rows:", "", "\tfor j := range dst {", "\t\tfor r := range 8 {",
		"\t\t\tdst[j] += s[r] * x[r*ld+j]", "\t\t}", "\t}", "",
		"and fetches the eight rows after those into the second-level cache.")
	ahead := a.integer("ld")
	rows := a.rowPtrs("x", ahead, combineRows)
	a.SHLQ(operand.U8(3), ahead) // elements from a row to the one that takes its place
	factors := a.ptr("s")
	s := a.vecs(combineRows)
	for r, v := range s {
		a.VBROADCASTSS(at(factors, 4*r), v)
	}
	dst, n := a.ptr("dst"), a.length("dst")
	a.stream(n, 2, func(l lanes) {
		if l.shift%64 == 0 {
			next := a.GP64()
			a.LEAQ(indexed(l.index, ahead, 1, 0), next)
			for _, row := range rows {
				a.PREFETCHT1(indexed(row, next, 4, l.shift))
			}
		}
		sum := l.load(dst)
		for r, row := range rows {
			if l.mask == nil {
				a.VFMADD231PS(l.addr(row), s[r], sum)
			} else {
				a.VFMADD231PS(l.load(row), s[r], sum)
			}
		}
		l.store(sum, dst)
	})
	a.ret()
}
