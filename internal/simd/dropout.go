package simd

// Dropout computes dst = src·scale where the mask keeps an element and 0 where
// it drops it. The mask comes from Philox4x32-10 with the 64-bit key and the
// counter (block, row, head, seq); block counts up along the row, one for each
// 8 elements. A block's 4 words are 8 lanes of 16 bits: word i gives element 2i
// with its low and 2i+1 with its high half. Lanes ≥ threshold are kept, so an
// element is dropped with probability threshold/65536; threshold < 65536. dst
// may be src.
func Dropout(dst, src []float32, key uint64, block, row, head, seq, threshold uint32, scale float32) {
	sameLen("Dropout", len(dst), len(src))
	for len(dst) > chunk {
		active.dropout(dst[:chunk], src[:chunk], key, block, row, head, seq, threshold, scale)
		dst, src, block = dst[chunk:], src[chunk:], block+chunk/8
	}
	active.dropout(dst, src, key, block, row, head, seq, threshold, scale)
}
