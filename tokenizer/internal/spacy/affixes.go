package spacy

import (
	"strings"
	"unicode/utf8"
)

// Signs that are cut off wherever they stand first or last in a chunk, and those that are cut
// off only where they stand first.
const (
	signs       = ",:;!?¿؟¡()[]{}<>_#*&。、·।،؛٪"
	quotes      = "'\"`»«「」『』〔〕【】《》〈〉"
	currencies  = "$£€¥฿₽﷼"
	prefixSigns = "§%=+"
)

// dollars are currencies of several letters.
var dollars = []string{"US$", "C$", "A$"}

// endings are suffixes of several characters: doubled quotes and possessives.
var endings = []string{"''", "``", "'s", "'S"}

// units may follow a digit at the end of a chunk.
var units = func() map[string]bool {
	set := make(map[string]bool)
	for _, meter := range strings.Fields("km m dm cm mm км м дм см мм") {
		for _, power := range []string{"", "²", "³"} {
			set[meter+power] = true
		}
	}
	for _, unit := range strings.Fields(`
		ha µm nm yd in ft нм
		kg g mg µg t lb oz кг г мг
		kmh mph
		hPa Pa mbar кПа Па мбар
		mb MB kb KB gb GB tb TB T G M K
		Кб КБ кб Мб МБ мб Гб ГБ гб Тб ТБ тб
		%`) {
		set[unit] = true
	}
	return set
}()

// longestUnit is the length in bytes of the longest unit.
var longestUnit = func() (longest int) {
	for unit := range units {
		longest = max(longest, len(unit))
	}
	return longest
}()

// prefixLength is the length of the prefix to cut off, or 0.
func prefixLength(text string) int {
	r, size := utf8.DecodeRuneInString(text)
	switch {
	case r == '.':
		return dotsBefore(text, 0)
	case strings.HasPrefix(text, "``"):
		return len("``")
	case isSign(r), strings.ContainsRune(currencies, r), strings.ContainsRune(prefixSigns, r):
		return size
	}
	for _, dollar := range dollars {
		if strings.HasPrefix(text, dollar) {
			return len(dollar)
		}
	}
	return 0
}

// dotsBefore is the length of the run of two or more full stops at an index, or 0.
func dotsBefore(text string, i int) int {
	n := 0
	for i+n < len(text) && text[i+n] == '.' {
		n++
	}
	if n < 2 {
		return 0
	}
	return n
}

// isSign reports whether r is cut off at both ends of a chunk: punctuation, quotes, and
// symbols such as ° and emoji.
func isSign(r rune) bool {
	if r < utf8.RuneSelf {
		return asciiSigns[r]
	}
	return isSymbol(r) || strings.ContainsRune(signs, r) || strings.ContainsRune(quotes, r)
}

// asciiSigns is isSign for ASCII.
var asciiSigns = func() (table [utf8.RuneSelf]bool) {
	for r := range table {
		table[r] = strings.ContainsRune(signs+quotes, rune(r))
	}
	return table
}()

// suffixLength is the length of the longest suffix to cut off, or 0.
func suffixLength(text string) int {
	r, size := utf8.DecodeLastRuneInString(text)
	if r == '.' {
		return stopLength(text)
	}
	longest := 0
	if isSign(r) {
		longest = size
	}
	for _, ending := range endings {
		if len(ending) > longest && strings.HasSuffix(text, ending) {
			longest = len(ending)
		}
	}
	return max(longest, amountLength(text))
}

// stopLength is suffixLength for a text that ends in a full stop. Several of them are one
// suffix. A single one is a suffix after a digit, a small letter or a letter without case, a
// closing sign, two capitals, or a temperature; so abbreviations such as A. and U.S. keep it.
func stopLength(text string) int {
	stem := strings.TrimRight(text, ".")
	if dots := len(text) - len(stem); dots > 1 {
		return dots
	}
	r, size := utf8.DecodeLastRuneInString(stem)
	before := runeBefore(stem, len(stem)-size)
	switch {
	case isDigit(r), isLower(r), strings.ContainsRune("%²:", r), strings.ContainsRune(quotes, r),
		isUpper(r) && isUpper(before),
		strings.ContainsRune("FfCcKk", r) && before == '°':
		return 1
	}
	return 0
}

// amountLength is the length of the unit, currency or plus sign after a digit at the end of a
// text, or 0.
func amountLength(text string) int {
	digit := -1
	for i := len(text) - 1; i >= 0 && len(text)-i <= longestUnit+1; i-- {
		if isDigit(rune(text[i])) {
			digit = i
			break
		}
	}
	if digit < 0 {
		return 0
	}
	tail := text[digit+1:]
	switch r, size := utf8.DecodeRuneInString(tail); {
	case tail == "":
		return 0
	case units[tail], tail == "+", size == len(tail) && strings.ContainsRune(currencies, r):
		return len(tail)
	}
	for _, dollar := range dollars {
		if tail == dollar {
			return len(tail)
		}
	}
	return 0
}

// infixLength is the length of the infix at an index, or 0, and that of the character there.
func infixLength(text string, i int) (length, size int) {
	r, size := utf8.DecodeRuneInString(text[i:])
	switch r {
	case '.':
		if dots := dotsBefore(text, i); dots > 0 {
			return dots, size
		}
		return lengthIf(isLower(runeBefore(text, i)) && isUpper(runeAt(text, i+size)), size)
	case '^':
		return lengthIf(isDigit(runeBefore(text, i)) && isDigit(runeAt(text, i+size)), size)
	case ':', '<', '>', '=':
		return lengthIf(isAlpha(runeBefore(text, i)) && isAlpha(runeAt(text, i+size)), size)
	}
	return lengthIf(r >= utf8.RuneSelf && isSymbol(r), size)
}

// lengthIf is the answer of infixLength for a single character.
func lengthIf(infix bool, size int) (int, int) {
	if infix {
		return size, size
	}
	return 0, size
}

// runeAt is the character at an index, and runeBefore the one that ends there; at the ends of
// the text they are U+FFFD, which belongs to no class that rules ask for.
func runeAt(text string, i int) rune {
	r, _ := utf8.DecodeRuneInString(text[i:])
	return r
}

func runeBefore(text string, i int) rune {
	r, _ := utf8.DecodeLastRuneInString(text[:i])
	return r
}
