package spacy

import "unicode"

// isDigit reports whether r is one of 0 to 9; the rules know no other digits.
func isDigit(r rune) bool { return '0' <= r && r <= '9' }

// isAlpha, isLower and isUpper know the letters of the Latin script, of Russian, and of some
// scripts without case, whose letters count as both small and capital. Other letters, such as
// those of Greek and CJK, belong to none.
func isAlpha(r rune) bool { return isLower(r) || isUpper(r) }

func isLower(r rune) bool {
	switch {
	case r < 0x80:
		return 'a' <= r && r <= 'z'
	case 'а' <= r && r <= 'я', r == 'ё':
		return true
	case unicode.Is(unicode.Latin, r):
		return unicode.Is(unicode.Ll, r)
	}
	return isUncased(r)
}

func isUpper(r rune) bool {
	switch {
	case r < 0x80:
		return 'A' <= r && r <= 'Z'
	case 'А' <= r && r <= 'Я', r == 'Ё':
		return true
	case unicode.Is(unicode.Latin, r):
		return unicode.Is(unicode.Lu, r)
	}
	return isUncased(r)
}

// isUncased reports whether r is a letter of a known script without case.
func isUncased(r rune) bool {
	return unicode.IsLetter(r) && unicode.In(r, unicode.Bengali, unicode.Hebrew, unicode.Arabic, unicode.Sinhala)
}

// isWord reports whether r can start and end an address.
func isWord(r rune) bool {
	return r == '_' || unicode.In(r, unicode.L, unicode.M, unicode.Nd, unicode.Nl, unicode.Pc, unicode.Other_Alphabetic)
}
