package simd

// peakSums is the number of vectors that a round of the peak kernel adds to.
const peakSums = 12

// Peak runs rounds of multiply-adds on registers alone, PeakOperations a round.
// No kernel can do them faster: this is the limit of every matrix product.
func Peak(rounds int) {
	for ; rounds > 0; rounds -= chunk {
		active.peak(min(rounds, chunk))
	}
}

// PeakOperations returns the floating-point operations of one round of [Peak].
func PeakOperations() float64 { return 2 * peakSums * float64(active.lanes) }
