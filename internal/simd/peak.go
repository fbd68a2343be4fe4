package simd

// peakSums is the number of sums, or of vectors of them, that a round of the peak kernel adds to;
// NEON, with more registers and more units to keep busy, has 24.
const peakSums = 12

// Peak runs rounds of multiply-adds on registers alone, PeakOperations a round.
// No kernel can do them faster: this is the limit of every matrix product.
func Peak(rounds int) {
	for ; rounds > 0; rounds -= chunk {
		active.peak(min(rounds, chunk))
	}
}

// PeakOperations returns the floating-point operations of one round of [Peak].
func PeakOperations() float64 { return float64(active.operations) }
