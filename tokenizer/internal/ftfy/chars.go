package ftfy

import (
	"slices"
	"sync"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// escape starts a sequence that means something to a terminal.
const escape = '\x1b'

// removeTerminalEscapes drops each escape, bracket, numbers with semicolons, and letter.
func removeTerminalEscapes(text []rune) []rune {
	if !slices.Contains(text, escape) {
		return text
	}
	var kept []rune
	for i := 0; i < len(text); i++ {
		if text[i] == escape {
			if end := escapeEnd(text, i); end > i {
				i = end - 1
				continue
			}
		}
		kept = append(kept, text[i])
	}
	return kept
}

// escapeEnd is where the terminal escape that starts at an index ends, or the index
// itself if none does.
func escapeEnd(text []rune, start int) int {
	i := start + 1
	if i >= len(text) || text[i] != '[' {
		return start
	}
	for i++; i < len(text) && (text[i] == ';' || unicode.Is(unicode.Nd, text[i])); i++ {
	}
	if i < len(text) && isASCIILetter(text[i]) {
		return i + 1
	}
	return start
}

// isASCIILetter reports whether r is one of A to Z and a to z.
func isASCIILetter(r rune) bool { return 'a' <= r|0x20 && r|0x20 <= 'z' }

// isControl reports whether a character is removed as a control character nobody meant
// to write: those of ASCII that are no white space, deprecated format characters,
// interlinear annotations and the object replacement, the byte order mark, musical
// controls and tags.
func isControl(r rune) bool {
	switch {
	case r < ' ':
		return r != '\t' && r != '\n' && r != '\f' && r != '\r'
	case r == 0x7F, r == 0xFEFF:
		return true
	}
	return 0x206A <= r && r <= 0x206F || 0xFFF9 <= r && r <= 0xFFFC ||
		0x1D173 <= r && r <= 0x1D17A || 0xE0000 <= r && r <= 0xE007F
}

// fixCharacters applies the repairs that look at one character, or at two that belong
// together: ligatures, width, quotes, line breaks, surrogates, control characters. No
// replacement is itself replaced by a later one, so the order between them is free.
func fixCharacters(text []rune) []rune {
	first := 0
	for first < len(text) && !needsFix(text[first]) {
		first++
	}
	if first == len(text) {
		return text
	}
	fixed := make([]rune, first, len(text)+8)
	copy(fixed, text)
	for i := first; i < len(text); i++ {
		r := text[i]
		switch {
		case !needsFix(r):
			fixed = append(fixed, r)
		case isControl(r):
		case r == '\r':
			if i+1 == len(text) || text[i+1] != '\n' {
				fixed = append(fixed, '\n')
			}
		case isSurrogate(r):
			r, size := joinSurrogates(text[i:])
			fixed = append(fixed, r)
			i += size - 1
		default:
			fixed = append(fixed, replacement(r)...)
		}
	}
	return fixed
}

// needsFix reports whether fixCharacters changes or drops a character.
func needsFix(r rune) bool {
	if r < 0x80 {
		return r == '\r' || isControl(r)
	}
	return r == 0x85 || isControl(r) || isSurrogate(r) || replacement(r) != nil
}

// isSurrogate reports whether r is half of a UTF-16 pair. Only HTML entities bring one in.
func isSurrogate(r rune) bool { return 0xD800 <= r && r <= 0xDFFF }

// joinSurrogates is the character that a text starting with a surrogate begins with, and
// how many runes it takes: two for a pair; a lone one is U+FFFD.
func joinSurrogates(text []rune) (r rune, size int) {
	if len(text) > 1 && text[0] < 0xDC00 && 0xDC00 <= text[1] && text[1] <= 0xDFFF {
		return 0x10000 + (text[0]-0xD800)<<10 + (text[1] - 0xDC00), 2
	}
	return unicode.ReplacementChar, 1
}

var (
	singleQuote = []rune{'\''}
	doubleQuote = []rune{'"'}
	lineFeed    = []rune{'\n'}
	plainSpace  = []rune{' '}
)

// replacement is what a character is replaced by, or nil.
func replacement(r rune) []rune {
	switch {
	case r < 0x132:
		if r == 0x85 {
			return lineFeed
		}
		return nil
	case 0x2018 <= r && r <= 0x201B:
		return singleQuote
	case 0x201C <= r && r <= 0x201F:
		return doubleQuote
	case r == 0x2028 || r == 0x2029:
		return lineFeed
	case r == 0x3000:
		return plainSpace
	case 0xFF01 <= r && r <= 0xFFEF:
		return widths()[r-0xFF01]
	}
	return ligatures[r]
}

// ligatures are two or more Latin letters in one character. Those of other scripts, and
// the digraphs of Serbian, Croatian and Afrikaans, stay.
var ligatures = map[rune][]rune{
	'Ĳ': []rune("IJ"),
	'ĳ': []rune("ij"),
	'ﬀ': []rune("ff"),
	'ﬁ': []rune("fi"),
	'ﬂ': []rune("fl"),
	'ﬃ': []rune("ffi"),
	'ﬄ': []rune("ffl"),
	'ﬅ': []rune("ſt"),
	'ﬆ': []rune("st"),
}

// widths are the ordinary forms of the characters from U+FF01 to U+FFEF, where they
// differ: ASCII and signs of full width, Katakana and Hangul of half width.
var widths = sync.OnceValue(func() [][]rune {
	forms := make([][]rune, 0xFFF0-0xFF01)
	for i := range forms {
		char := string(rune(0xFF01 + i))
		if form := norm.NFKC.String(char); form != char {
			forms[i] = []rune(form)
		}
	}
	return forms
})
