package ftfy

import "golang.org/x/text/unicode/norm"

// compose is Unicode normalization form C.
func compose(text []rune) []rune {
	for _, r := range text {
		if r >= 0x300 { // everything below is composed
			return []rune(norm.NFC.String(string(text)))
		}
	}
	return text
}
