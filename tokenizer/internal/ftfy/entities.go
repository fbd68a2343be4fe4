package ftfy

import (
	"html"
	"slices"
	"strconv"
	"strings"
)

// maxEntity is the length beyond which a name or number is not taken for an entity.
const maxEntity = 8

// unescapeHTML replaces HTML entities, by number or by a name of HTML 5, by the characters
// they stand for. Unlike a browser it wants the semicolon.
func unescapeHTML(text []rune) []rune {
	if !slices.Contains(text, '&') {
		return text
	}
	var out []rune
	for i := 0; i < len(text); {
		if text[i] == '&' {
			if entity := entityAt(text[i:]); entity != "" {
				if meaning := entityMeaning(entity); meaning != nil {
					out = append(out, meaning...)
					i += len(entity)
					continue
				}
			}
		}
		out = append(out, text[i])
		i++
	}
	return out
}

// entityAt is the entity at the start of the text, from & to semicolon, or nothing. What
// is not ASCII is no entity.
func entityAt(text []rune) string {
	end := 1
	if end < len(text) && text[end] == '#' {
		end++
	}
	for n := 0; n < maxEntity && end < len(text) && isEntityChar(text[end]); n++ {
		end++
	}
	if end == len(text) || text[end] != ';' {
		return ""
	}
	return string(text[:end+1])
}

// mayHaveEntity reports whether a semicolon follows an & as closely as in an entity.
func mayHaveEntity(line string) bool {
	for {
		_, rest, found := strings.Cut(line, "&")
		if !found {
			return false
		}
		if strings.IndexByte(rest[:min(len(rest), maxEntity+len("#;"))], ';') >= 0 {
			return true
		}
		line = rest
	}
}

// isEntityChar reports whether r can stand in the name or number of an entity.
func isEntityChar(r rune) bool { return isASCIILetter(r) || '0' <= r && r <= '9' }

// entityMeaning is the text an entity stands for, or nil if it is not known. A number may
// name a surrogate.
func entityMeaning(entity string) []rune {
	number, isNumber := strings.CutPrefix(entity[:len(entity)-1], "&#")
	if !isNumber {
		return namedEntity(entity)
	}
	base := 10
	if hex, ok := strings.CutPrefix(number, "x"); ok {
		number, base = hex, 16
	}
	code, err := strconv.ParseUint(number, base, 32)
	switch {
	case err != nil || code > 0x10FFFF:
		return nil
	case 0x80 <= code && code < 0xA0:
		return []rune{charmaps()[windows1252].decode(byte(code))} // as browsers do
	default:
		return []rune{rune(code)}
	}
}

// namedEntity is the text that a name of HTML 5 stands for. The standard library also knows
// names without a semicolon; one that starts a longer name must not count.
func namedEntity(entity string) []rune {
	meaning := html.UnescapeString(entity)
	if strings.HasPrefix(meaning, "&") && len(meaning) > 1 ||
		strings.HasSuffix(meaning, ";") && entity != "&semi;" {
		return nil
	}
	return []rune(meaning)
}
