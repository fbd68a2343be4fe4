package main

func adam(a *asm) {
	a.function("adam", "(p, g, m, v []float32, lr, b1, c1, b2, c2, eps, l2, scale float32)",
		"is one step of Adam:", "",
		"\tfor i := range p {",
		"\t\td := scale * g[i]",
		"\t\tm[i] = b1*m[i] + c1*d",
		"\t\tv[i] = b2*v[i] + c2*d*d",
		"\t\tp[i] -= lr * (m[i]/(sqrt(v[i])+eps) + l2*p[i])",
		"\t\tg[i] = 0", "\t}")
	p, grad, m, v, n := a.ptr("p"), a.ptr("g"), a.ptr("m"), a.ptr("v"), a.length("p")
	lr, b1, b2 := a.broadcast("lr"), a.broadcast("b1"), a.broadcast("b2")
	eps, l2, scale := a.broadcast("eps"), a.broadcast("l2"), a.broadcast("scale")
	c1, c2, zero := a.broadcast("c1"), a.broadcast("c2"), a.zero()
	a.stream(n, 1, func(l lanes) {
		d, first, second := l.load(grad), l.load(m), l.load(v)
		l.store(zero, grad)
		a.VMULPS(scale, d, d)
		a.VMULPS(b1, first, first)
		a.VFMADD231PS(c1, d, first)
		l.store(first, m)
		a.VMULPS(d, d, d)
		a.VMULPS(b2, second, second)
		a.VFMADD231PS(c2, d, second)
		l.store(second, v)
		a.VSQRTPS(second, second)
		a.VADDPS(eps, second, second)
		a.VDIVPS(second, first, first)
		w := l.load(p)
		a.VFMADD231PS(l2, w, first)
		a.VFNMADD231PS(lr, first, w)
		l.store(w, p)
	})
	a.ret()
}
