package simd

import "math/bits"

// The multipliers and key increments of Philox4x32: Salmon and others,
// "Parallel Random Numbers: As Easy as 1, 2, 3", 2011.
const (
	philoxM0 = 0xD2511F53
	philoxM1 = 0xCD9E8D57
	philoxW0 = 0x9E3779B9
	philoxW1 = 0xBB67AE85

	philoxRounds = 10
)

// philox returns the 4 words of Philox4x32-10 for one key and counter.
func philox(key uint64, c0, c1, c2, c3 uint32) (w0, w1, w2, w3 uint32) {
	k0, k1 := uint32(key), uint32(key>>32)
	for range philoxRounds {
		hi0, lo0 := bits.Mul32(philoxM0, c0)
		hi1, lo1 := bits.Mul32(philoxM1, c2)
		c0, c1, c2, c3 = hi1^c1^k0, lo1, hi0^c3^k1, lo0
		k0 += philoxW0
		k1 += philoxW1
	}
	return c0, c1, c2, c3
}

func dropoutGeneric(dst, src []float32, key uint64, block, row, head, seq, threshold uint32, scale float32) {
	src = src[:len(dst)]
	for i := 0; i < len(dst); i += 8 {
		w0, w1, w2, w3 := philox(key, block, row, head, seq)
		block++
		words := [4]uint32{w0, w1, w2, w3}
		for j := i; j < min(i+8, len(dst)); j++ {
			lane := words[(j-i)/2] >> (16 * uint(j&1)) & 0xFFFF
			if lane >= threshold {
				dst[j] = src[j] * scale
			} else {
				dst[j] = 0
			}
		}
	}
}
