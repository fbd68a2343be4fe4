package simd

// peakGeneric computes twelve sums. They are variables of their own because Go keeps no
// array in registers.
func peakGeneric(rounds int) float32 {
	var a, b, c, d, e, f, g, h, i, j, k, l float32
	for range rounds {
		a, b, c = a*0.5+1, b*0.5+1, c*0.5+1
		d, e, f = d*0.5+1, e*0.5+1, f*0.5+1
		g, h, i = g*0.5+1, h*0.5+1, i*0.5+1
		j, k, l = j*0.5+1, k*0.5+1, l*0.5+1
	}
	return (a + b + c + d + e + f + g + h + i + j + k + l) / peakSums
}
