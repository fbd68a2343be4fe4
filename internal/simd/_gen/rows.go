package main

import (
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// Rows that combine and dots take at a time. Eight factors and a sum leave registers of
// AVX2's sixteen for operands.
const (
	combineRows = 8
	dotsRows    = 4
)

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

func dots(a *asm) {
	a.function("dots", "(x []float32, ld int, y []float32) (s0, s1, s2, s3 float32)",
		"returns the scalar products of four rows with y:", "", "\tfor j := range y {",
		"\t\ts0 += x[j] * y[j]", "\t\ts1 += x[ld+j] * y[j]", "\t\ts2 += x[2*ld+j] * y[j]", "\t\ts3 += x[3*ld+j] * y[j]", "\t}")
	const unroll = 2
	rows := a.rowPtrs("x", a.integer("ld"), dotsRows)
	y, n := a.ptr("y"), a.length("y")
	acc := make([][]reg.VecVirtual, dotsRows)
	for r := range acc {
		acc[r] = a.zeros(unroll)
	}
	a.stream(n, unroll, func(l lanes) {
		v := l.load(y)
		for r, row := range rows {
			if l.mask == nil {
				a.VFMADD231PS(l.addr(row), v, acc[r][l.copy])
			} else {
				a.VFMADD231PS(l.load(row), v, acc[r][l.copy])
			}
		}
	})
	for r := range acc {
		a.Store(a.fold(a.add, acc[r]).AsX(), a.ReturnIndex(r))
	}
	a.ret()
}
