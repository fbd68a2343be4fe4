package ftfy

import "slices"

// fixEncoding undoes wrong decodings: UTF-8 that was read in an encoding of one byte a
// character, possibly several times over, and Windows-1252 that was read as Latin-1. Of
// all stages on the way it returns the one that costs least: weird characters and length
// count, and so does each repair that is a long shot.
func fixEncoding(text []rune) []rune {
	next, spent := fixOnce(text)
	if slices.Equal(next, text) {
		return text
	}
	best, bestCost := text, cost(text)
	for {
		if c := cost(next) + spent; c < bestCost {
			best, bestCost = next, c
		}
		text = next
		step := 0
		if next, step = fixOnce(text); slices.Equal(next, text) {
			return best
		}
		spent += step
	}
}

// fixOnce undoes one wrong decoding, if it can, and says what doing so costs.
func fixOnce(text []rune) (fixed []rune, cost int) {
	if isASCII(text) {
		return text, 0
	}
	in, utf8 := possible(text)
	for e := range encodings {
		if utf8&(1<<e) == 0 {
			continue
		}
		if fixed, cost, ok := reread(text, e); ok {
			return fixed, cost
		}
	}
	if hasPunctuation(text) {
		return fixPunctuation(text), 1
	}
	if in&(1<<latin1) != 0 {
		return fixControls(text)
	}
	return text, 0
}

// isASCII reports whether a text is all ASCII.
func isASCII(text []rune) bool {
	return !slices.ContainsFunc(text, func(r rune) bool { return r >= 0x80 })
}

// reread reads as UTF-8 what a text is in an encoding.
func reread(text []rune, e encoding) (fixed []rune, cost int, ok bool) {
	charmap := &charmaps()[e]
	data := encode(text, e)
	cost = charmap.cost
	if restoreA0(data) {
		for _, b := range data {
			if b == 0xA0 {
				cost += 2
			}
		}
	}
	if charmap.lossy && slices.Contains(data, substitute) {
		data = markLost(data)
	}
	fixed, ok = decodeUTF8(data)
	return fixed, cost, ok
}

// The characters â€ and one more, all Windows-1252, are general punctuation in UTF-8: so
// telling that they are repaired even in a text that cannot be repaired as a whole.
const (
	punctuation1 = 'â' // E2
	punctuation2 = '€' // 80
)

// hasPunctuation reports whether a text has such a sequence.
func hasPunctuation(text []rune) bool {
	for i, r := range text {
		if r != punctuation1 {
			continue
		}
		if _, ok := punctuationAt(text[i:]); ok {
			return true
		}
	}
	return false
}

// punctuationAt is what the three characters at the start of a text were meant to be.
func punctuationAt(text []rune) (rune, bool) {
	if len(text) < 3 || text[0] != punctuation1 || text[1] != punctuation2 {
		return 0, false
	}
	c := codesOf()[text[2]]
	if c.in&(1<<windows1252) == 0 {
		return 0, false
	}
	last := c.bytes[windows1252]
	return 0x2000 + rune(last&0x3F), isContinuation(last)
}

// fixPunctuation repairs these sequences.
func fixPunctuation(text []rune) []rune {
	var fixed []rune
	for i := 0; i < len(text); i++ {
		if r, ok := punctuationAt(text[i:]); ok {
			fixed = append(fixed, r)
			i += 2
		} else {
			fixed = append(fixed, text[i])
		}
	}
	return fixed
}

// fixControls reads a Latin-1 text that has control characters beyond ASCII as
// Windows-1252, unless one of them is undefined there.
func fixControls(text []rune) (fixed []rune, cost int) {
	if !slices.ContainsFunc(text, isUpperControl) {
		return text, 0
	}
	table := &charmaps()[windows1252]
	fixed = slices.Clone(text)
	for i, r := range text {
		if !isUpperControl(r) {
			continue
		}
		fixed[i] = table.decode(byte(r))
		if fixed[i] == r {
			return text, 0
		}
	}
	return fixed, 1
}

// isUpperControl reports whether r is a control character beyond ASCII.
func isUpperControl(r rune) bool { return 0x80 <= r && r < 0xA0 }
