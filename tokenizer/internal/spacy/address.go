package spacy

import "strings"

// addressFinder tells which parts of a text are taken for addresses: a host name with at least
// one dot, such as example.com, or a public IPv4 address, to which anything may be attached. A
// user name and @ may stand before it. An address starts and ends in a letter, digit or low
// line.
type addressFinder struct {
	text string

	host     int // where the host name last looked for starts, plus one
	hostEnd  int // the least end it can have, or 0 if there is none
	mark     int // where the @ last found stands, plus one
	userHost int // the least end of a host name after it, or 0 if no @ has one
}

// match reports whether text[from:to] is an address. The calls for a text must not go back in
// from.
func (f *addressFinder) match(from, to int) bool {
	if from >= to || !isWord(runeAt(f.text, from)) || !isWord(runeBefore(f.text, to)) {
		return false
	}
	if f.host != from+1 {
		f.host, f.hostEnd = from+1, hostEnd(f.text, from)
	}
	if 0 < f.hostEnd && f.hostEnd <= to {
		return true
	}
	f.seekMark(from)
	return 0 < f.userHost && f.userHost <= to
}

// seekMark finds the first @ at or after an index that has a host name after it. Of all such
// it has the host name that ends first.
func (f *addressFinder) seekMark(from int) {
	if f.mark > from {
		return
	}
	f.userHost = 0
	for i := from; i < len(f.text); i++ {
		at := strings.IndexByte(f.text[i:], '@')
		if at < 0 {
			break
		}
		i += at
		if end := hostEnd(f.text, i+1); end > 0 {
			f.mark, f.userHost = i+1, end
			return
		}
	}
	f.mark = len(f.text) + 1
}

// hostEnd is the least index at which a host name or IP address that starts at an index can
// end, or 0 if there is none. A host name is small letters and digits with dots between; one
// after a dot must start with two letters.
func hostEnd(text string, start int) int {
	if end := ipEnd(text, start); end > 0 {
		return end
	}
	label := 0 // length of the current label
	for i := start; i < len(text); i++ {
		switch c := text[i]; {
		case c == '.' && label > 0:
			if i+2 < len(text) && isHostLetter(text[i+1]) && isHostLetter(text[i+2]) {
				return i + 3
			}
			label = 0
		case isHostLetter(c), '0' <= c && c <= '9':
			label++
		default:
			return 0
		}
	}
	return 0
}

// isHostLetter reports whether c is a small letter of ASCII.
func isHostLetter(c byte) bool { return 'a' <= c && c <= 'z' }

// ipEnd is hostEnd for IP addresses: four numbers with dots between, in the range of hosts and
// not of a private or local network. Of the last number one digit is enough.
func ipEnd(text string, start int) int {
	var numbers [4]int
	i := start
	for n := range numbers {
		digits := 0
		for ; digits < 3 && i+digits < len(text) && isDigit(rune(text[i+digits])); digits++ {
			numbers[n] = 10*numbers[n] + int(text[i+digits]-'0')
		}
		first := digits > 0 && text[i] != '0'
		switch {
		case digits == 0,
			n == 0 && (!first || numbers[0] > 223),
			n == 3 && !first,
			(n == 1 || n == 2) && (numbers[n] > 255 || digits == 3 && !first):
			return 0
		case n == 3:
			if isLocal(numbers) {
				return 0
			}
			return i + 1
		}
		i += digits
		if i >= len(text) || text[i] != '.' {
			return 0
		}
		i++
	}
	return 0
}

// isLocal reports whether an IP address belongs to a private or local network.
func isLocal(ip [4]int) bool {
	switch {
	case ip[0] == 10, ip[0] == 127,
		ip[0] == 169 && ip[1] == 254,
		ip[0] == 192 && ip[1] == 168,
		ip[0] == 172 && 16 <= ip[1] && ip[1] <= 31:
		return true
	}
	return false
}
