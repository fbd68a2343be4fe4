package cli

import (
	"strings"
	"unicode"
)

// Printable replaces control characters, which could control the terminal.
func Printable(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return '�'
		}
		return r
	}, text)
}
