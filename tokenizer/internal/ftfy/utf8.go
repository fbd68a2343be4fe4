package ftfy

import "unicode/utf8"

// isContinuation reports whether b is a byte of UTF-8 that continues a character.
func isContinuation(b byte) bool { return b&0xC0 == 0x80 }

// sequenceLength is how many bytes the UTF-8 character that starts with a byte has, or 0.
func sequenceLength(b byte) int {
	switch {
	case 0xC2 <= b && b <= 0xDF:
		return 2
	case 0xE0 <= b && b <= 0xEF:
		return 3
	case 0xF0 <= b && b <= 0xF4:
		return 4
	}
	return 0
}

// spacedLead reports whether b starts a character of two bytes that is likely to have had
// A0 as the second: no-break space, à, Š, Π, Р.
func spacedLead(b byte) bool {
	switch b {
	case 0xC2, 0xC3, 0xC5, 0xCE, 0xD0:
		return true
	}
	return false
}

// restoreA0 puts the byte A0 back where, in what would otherwise be a UTF-8 character, a
// program has replaced it by a space. It says whether it found such a place.
func restoreA0(data []byte) bool {
	found := false
	for i := 0; i < len(data); i++ {
		n := sequenceLength(data[i])
		if n == 0 || i+n > len(data) {
			continue
		}
		space := 0
		for j := i + 1; j < i+n; j++ {
			switch {
			case data[j] == ' ' && space == 0:
				space = j
			case !isContinuation(data[j]):
				space = -1
			}
			if space < 0 {
				break
			}
		}
		if space <= 0 || n == 2 && !spacedLead(data[i]) {
			continue
		}
		data[space] = 0xA0
		found = true
		i += n - 1
	}
	return found
}

// lostMark is U+FFFD in UTF-8.
const lostMark = "\uFFFD"

// markLost replaces each UTF-8 character of which a byte was lost by U+FFFD, and so each
// lost byte that is part of none.
func markLost(data []byte) []byte {
	var out []byte
	for i := 0; i < len(data); {
		n := lostLength(data[i:])
		if n == 0 {
			out = append(out, data[i])
			i++
			continue
		}
		out = append(out, lostMark...)
		i += n
	}
	return out
}

// lostLength is how many bytes at the start of data belong to a character of which a byte
// was lost: 0 if there is none.
func lostLength(data []byte) int {
	if data[0] == substitute {
		return 1
	}
	if n := lostPairLength(data); n > 0 {
		return n
	}
	n := sequenceLength(data[0])
	if n == 0 || n > len(data) {
		return 0
	}
	lost := false
	for _, b := range data[1:n] {
		switch {
		case b == substitute:
			lost = true
		case !isContinuation(b):
			return 0
		}
	}
	if !lost {
		return 0
	}
	return n
}

// lostPairLength is lostLength for a surrogate pair of CESU-8, which lacks the last byte of
// either half.
func lostPairLength(data []byte) int {
	const n = 6
	if len(data) < n || data[0] != 0xED || data[1]&0xF0 != 0xA0 || data[3] != 0xED || data[4]&0xF0 != 0xB0 {
		return 0
	}
	lost := 0
	for _, b := range []byte{data[2], data[5]} {
		switch {
		case b == substitute:
			lost++
		case !isContinuation(b):
			return 0
		}
	}
	if lost == 0 {
		return 0
	}
	return n
}

// decodeUTF8 decodes UTF-8, CESU-8 (characters beyond U+FFFF as surrogate pairs) and C0 80,
// which is Java's form of U+0000. Everything else is no text.
func decodeUTF8(data []byte) (text []rune, ok bool) {
	text = make([]rune, 0, len(data))
	for len(data) > 0 {
		r, size := utf8.DecodeRune(data)
		if r == utf8.RuneError && size <= 1 {
			if r, size = decodeVariant(data); size == 0 {
				return nil, false
			}
		}
		text = append(text, r)
		data = data[size:]
	}
	return text, true
}

// decodeVariant decodes what only the variants of UTF-8 have.
func decodeVariant(data []byte) (r rune, size int) {
	if len(data) >= 2 && data[0] == 0xC0 && data[1] == 0x80 {
		return 0, 2
	}
	if len(data) < 6 || data[0] != 0xED || data[1]&0xF0 != 0xA0 || data[3] != 0xED || data[4]&0xF0 != 0xB0 ||
		!isContinuation(data[2]) || !isContinuation(data[5]) {
		return 0, 0
	}
	high := rune(data[1]&0x0F)<<6 | rune(data[2]&0x3F)
	low := rune(data[4]&0x0F)<<6 | rune(data[5]&0x3F)
	return 0x10000 + high<<10 + low, 6
}
