package ftfy

import "unicode"

// kind is what the measure of weirdness wants to know about a character.
type kind uint8

const (
	other        kind = iota // digits, punctuation, white space
	latinUpper               // capital Latin letter
	latinLower               // any other Latin letter
	foreignUpper             // capital or title-case letter of another alphabet
	foreignLower             // small letter of another alphabet
	caseless                 // letter without case
	modifier                 // modifier letter
	phonetic                 // letter or modifier of the IPA
	mark                     // combining mark
	number                   // number other than a decimal digit
	mathSign                 // mathematical sign or sign of a currency
	accent                   // accent that stands by itself
	symbol                   // any other symbol
	control                  // control character that is no white space
	private                  // private use
	unassigned
)

// Sets of kinds.
const (
	latin     = 1<<latinUpper | 1<<latinLower
	foreign   = 1<<foreignUpper | 1<<foreignLower | 1<<caseless
	capital   = 1<<latinUpper | 1<<foreignUpper
	bearsMark = 1<<caseless | 1<<mark
	weird     = 1<<accent | 1<<control | 1<<private | 1<<unassigned
	exclusive = 1<<mark | 1<<modifier | 1<<number | 1<<mathSign | 1<<symbol
)

// common are characters that often result from a wrong decoding, but also stand in texts
// that nothing is wrong with.
var common = func() map[rune]bool {
	set := make(map[rune]bool)
	for _, r := range "…—–‘“’”¡¿°™®‹›«»\u00A0´×ß\uFEFF" {
		set[r] = true
	}
	return set
}()

// cost measures how unlikely a text is: its length, and two for each weird place; common
// signs count one less.
func cost(text []rune) int {
	composed := compose(text)
	sum := len(text)
	last := other
	pending := false // whether last can still be part of a weird pair
	for _, r := range composed {
		if common[r] {
			sum--
		}
		k := kindOf(r)
		switch {
		case pending && weirdPair(last, k):
			sum += 2
			pending = false
			continue
		case pending && inSet(last, weird):
			sum += 2
		}
		last, pending = k, true
	}
	if pending && inSet(last, weird) {
		sum += 2
	}
	return sum
}

// inSet reports whether a kind belongs to a set.
func inSet(k kind, set int) bool { return set>>k&1 != 0 }

// weirdPair reports whether two kinds do not belong side by side: a mark on what bears
// none, Latin and other letters, capitals and phonetic signs, different sorts of signs.
func weirdPair(a, b kind) bool {
	switch {
	case b == mark && !inSet(a, bearsMark),
		inSet(a, latin) && inSet(b, foreign),
		inSet(a, foreign) && inSet(b, latin),
		inSet(a, capital) && b == phonetic,
		a == phonetic && inSet(b, capital):
		return true
	}
	return a != b && inSet(a, exclusive) && inSet(b, exclusive)
}

// kindOf classifies a character.
func kindOf(r rune) kind {
	if r < 0x80 {
		return asciiKinds[r]
	}
	return classify(r)
}

// asciiKinds are the kinds of ASCII.
var asciiKinds = func() (kinds [0x80]kind) {
	for r := range kinds {
		kinds[r] = classify(rune(r))
	}
	return kinds
}()

// classify is kindOf for any character.
func classify(r rune) kind {
	switch r {
	case '\t', '\n', '\f', '\r', '^', '~', '`', '´', '˝', '＾', '｀':
		return other
	}
	switch {
	case 0x250 <= r && r < 0x300 && r != 'ə':
		return phonetic
	case 0xFE00 <= r && r <= 0xFE0F, 0x1F3FB <= r && r <= 0x1F3FF:
		return symbol // variation selectors and skin tones go with emoji
	case unicode.IsLetter(r):
		return classifyLetter(r)
	}
	k := categoryKind(r)
	if (k == other || k == unassigned) && 0x1F000 <= r && r <= 0x1FFFF {
		return symbol // where new emoji go
	}
	return k
}

// categoryKind is the kind that a character which is no letter has by its category.
func categoryKind(r rune) kind {
	for _, c := range categories {
		if unicode.Is(c.table, r) {
			return c.kind
		}
	}
	return unassigned
}

// categories are the general categories of what is no letter.
var categories = []struct {
	table *unicode.RangeTable
	kind  kind
}{
	{unicode.M, mark},
	{unicode.No, number},
	{unicode.Sm, mathSign},
	{unicode.Sc, mathSign},
	{unicode.Sk, accent},
	{unicode.So, symbol},
	{unicode.Cc, control},
	{unicode.Co, private},
	{unicode.P, other},
	{unicode.Z, other},
	{unicode.Nd, other},
	{unicode.Nl, other},
	{unicode.Cf, other},
	{unicode.Cs, other},
}

// classifyLetter is classify for letters.
func classifyLetter(r rune) kind {
	isLatin := isLatinLetter(r)
	switch {
	case isLatin && unicode.Is(unicode.Lu, r):
		return latinUpper
	case isLatin:
		return latinLower
	case unicode.Is(unicode.Lu, r), unicode.Is(unicode.Lt, r):
		return foreignUpper
	case unicode.Is(unicode.Ll, r):
		return foreignLower
	case unicode.Is(unicode.Lm, r):
		return modifier
	}
	return caseless
}

// isLatinLetter reports whether a letter is Latin by its name: of the Latin script, but no
// ordinal sign, letterlike symbol, modifier letter other than a subscript, or letter of full
// width.
func isLatinLetter(r rune) bool {
	switch {
	case !unicode.Is(unicode.Latin, r), r == 'ª', r == 'º', 0x2100 <= r && r <= 0x2183, 0xFF00 <= r && r <= 0xFFFF:
		return false
	case unicode.Is(unicode.Lm, r):
		return 0x1D62 <= r && r <= 0x1D65 || 0x2090 <= r && r <= 0x209C || r == 0x2C7C
	}
	return true
}
