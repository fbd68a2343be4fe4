package simd

import "math"

func adamGeneric(p, g, m, v []float32, lr, b1, c1, b2, c2, eps, l2, scale float32) {
	g, m, v = g[:len(p)], m[:len(p)], v[:len(p)]
	for i := range p {
		d := scale * g[i]
		m[i] = b1*m[i] + c1*d
		v[i] = b2*v[i] + c2*d*d
		root := float32(math.Sqrt(float64(v[i])))
		p[i] -= lr * (m[i]/(root+eps) + l2*p[i])
		g[i] = 0
	}
}
