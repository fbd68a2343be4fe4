package simd

// Adam updates the parameters p with the gradient g and the moments m and v:
//
//	g ← scale·g
//	m ← b1·m + c1·g
//	v ← b2·v + c2·g²
//	p ← p − lr·(m/(√v + eps) + l2·p)
//
// and leaves g zero, ready for the next step to add to. lr is already corrected
// for the moments' bias towards zero. c1 = 1−b1 and c2 = 1−b2 come rounded once:
// taken from a float32 b2 of 0.999, 1−b2 would be off by 5e-5 of itself.
func Adam(p, g, m, v []float32, lr, b1, c1, b2, c2, eps, l2, scale float32) {
	sameLen("Adam", len(p), len(g))
	sameLen("Adam", len(p), len(m))
	sameLen("Adam", len(p), len(v))
	for len(p) > chunk {
		active.adam(p[:chunk], g[:chunk], m[:chunk], v[:chunk], lr, b1, c1, b2, c2, eps, l2, scale)
		p, g, m, v = p[chunk:], g[chunk:], m[chunk:], v[chunk:]
	}
	active.adam(p, g, m, v, lr, b1, c1, b2, c2, eps, l2, scale)
}
