package ftfy

import (
	"slices"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// manyMarks is a number of combining marks in a row that the norm package surely takes as
// they are. To more than thirty it would add a character of its own.
const manyMarks = 20

// compose is Unicode normalization form C.
func compose(text []rune) []rune {
	highest, marks, run := rune(0), 0, 0
	for _, r := range text {
		highest = max(highest, r)
		if r >= 0x300 && combiningClass(r) > 0 {
			run++
			marks = max(marks, run)
		} else {
			run = 0
		}
	}
	switch {
	case highest < 0x300: // everything below is composed
		return text
	case marks <= manyMarks:
		if s := string(text); !norm.NFC.IsNormalString(s) {
			return []rune(norm.NFC.String(s))
		}
		return text
	}
	return composeMany(text)
}

// combiningClass says in what order marks stand; 0 is for characters that are no marks.
func combiningClass(r rune) uint8 {
	var char [utf8.UTFMax]byte
	return norm.NFC.Properties(char[:utf8.EncodeRune(char[:], r)]).CCC()
}

// composeMany is compose for any number of marks, by the definition of the form: decompose
// each character, put marks in order, and join each character with the last one before it that
// is no mark, unless something stands between that keeps them apart.
func composeMany(text []rune) []rune {
	var apart []rune
	for _, r := range text {
		apart = append(apart, []rune(norm.NFD.String(string(r)))...)
	}
	orderMarks(apart)
	var (
		out   []rune
		base  = -1
		class uint8 // of the last character of out
	)
	for _, r := range apart {
		c := combiningClass(r)
		if base >= 0 && (base == len(out)-1 || class < c) {
			if joined := []rune(norm.NFC.String(string([]rune{out[base], r}))); len(joined) == 1 {
				out[base] = joined[0]
				continue
			}
		}
		if c == 0 {
			base = len(out)
		}
		class = c
		out = append(out, r)
	}
	return out
}

// orderMarks sorts each run of marks by class.
func orderMarks(text []rune) {
	for start := 0; start < len(text); start++ {
		end := start
		for end < len(text) && combiningClass(text[end]) > 0 {
			end++
		}
		slices.SortStableFunc(text[start:end], func(a, b rune) int {
			return int(combiningClass(a)) - int(combiningClass(b))
		})
		start = max(start, end)
	}
}
