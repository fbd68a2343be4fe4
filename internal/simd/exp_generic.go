package simd

import "math"

// exp splits x = n·ln2 + r with |r| ≤ ln2/2 and returns 2ⁿ·P(r). ln2 is held
// in two parts, the first with so few bits that n·ln2Hi is exact. P is the
// polynomial of degree 6 with 1 and r exact and the others fitted for the
// least relative error over the interval.
const (
	log2e = 1.4426950408889634
	ln2Hi = 0.693359375
	ln2Lo = -2.1219444005469057e-4

	expC2 = 0.5
	expC3 = 0.16666667
	expC4 = 0.041666627
	expC5 = 0.008333361
	expC6 = 0.0013929794

	// Beyond these the result is +Inf, or less than the smallest normal float32
	// and flushed to zero.
	expMax = 88.72283
	expMin = -87.33654
)

// exp32 returns eˣ within two units in the last place; results below the
// smallest normal number are 0, as from the vector code.
func exp32(x float32) float32 {
	switch {
	case x > expMax:
		return float32(math.Inf(1))
	case x < expMin:
		return 0
	case x != x:
		return x
	}
	// Adding and taking away 1.5·2²³ rounds to the nearest integer.
	const magic = 12582912
	n := (x*log2e + magic) - magic
	r := x - n*ln2Hi
	r -= n * ln2Lo
	p := float32(expC6)
	p = p*r + expC5
	p = p*r + expC4
	p = p*r + expC3
	p = p*r + expC2
	p = p*(r*r) + r + 1
	// n may be 128, whose bit pattern is Inf: scale in two steps.
	i := int32(n)
	half := i >> 1
	return p * pow2(half) * pow2(i-half)
}

// pow2 returns 2ⁿ for -126 ≤ n ≤ 127.
func pow2(n int32) float32 { return math.Float32frombits(uint32(n+127) << 23) }

func expSumGeneric(y, x []float32, scale, shift, gain float32) float32 {
	x = x[:len(y)]
	var sum float32
	for i := range y {
		v := gain * exp32(scale*x[i]-shift)
		y[i] = v
		sum += v
	}
	return sum
}

func sumExpGeneric(x []float32, shift float32) float32 {
	var sum float32
	for _, v := range x {
		sum += exp32(v - shift)
	}
	return sum
}
