package simd

import "math"

// exp splits x = n·ln2 + r with |r| ≤ ln2/2 and returns 2ⁿ·P(r). ln2 is held
// in two parts, the first with so few bits that n·ln2Hi is exact. P is the
// polynomial of degree 6 whose first three terms are those of the series, and
// whose others have the least relative error on the interval, 4·10⁻⁹.
const (
	log2e = 1.44269504
	ln2Hi = 0.693359375
	ln2Lo = -2.12194440e-4

	expC3 = 0.16666535
	expC4 = 0.041667238
	expC5 = 0.008367483
	expC6 = 0.0013863781

	// Between these the result goes from 0 to +Inf.
	expLow  = -105
	expHigh = 89
)

// exp32 returns eˣ within two units in the last place, with gradual underflow.
func exp32(x float32) float32 {
	if x < expLow { // not the built-in min and max, which are slow for NaN's sake
		x = expLow
	} else if x > expHigh {
		x = expHigh
	}
	// Adding and taking away 1.5·2²³ rounds to the nearest integer.
	const magic = 12582912
	n := float32(x*log2e+magic) - magic
	r := x - n*ln2Hi
	r -= n * ln2Lo
	p := float32(expC6)
	p = p*r + expC5
	p = p*r + expC4
	p = p*r + expC3
	p = p*r + 0.5
	p = p*(r*r) + r + 1
	// The range of n is twice that of one power of two: scale in two steps.
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
