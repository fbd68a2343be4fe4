package ftfy

import (
	"sync"
	"unicode"

	"golang.org/x/text/encoding/charmap"
)

// encoding is an index into charmaps, in the order in which encodings are tried.
type encoding int

const (
	latin1 encoding = iota
	windows1252
	windows1250
	iso8859_2
	windows1251
	macRoman
	codePage437
	encodings // how many there are
)

// substitute is the byte that stands for the replacement character in the encodings of
// Windows: something was lost there on an earlier mistaken decoding.
const substitute = 0x1A

// singleByte is an encoding of one byte a character.
type singleByte struct {
	cost  int  // how much evidence its use needs beyond a better text
	lossy bool // whether substitute stands for U+FFFD
	upper [0x80]rune
}

// decode is the character a byte stands for.
func (s *singleByte) decode(b byte) rune {
	switch {
	case b >= 0x80:
		return s.upper[b-0x80]
	case b == substitute && s.lossy:
		return unicode.ReplacementChar
	}
	return rune(b)
}

// charmaps holds the encodings. Bytes that the encodings of Windows leave undefined are
// control characters here, as if they were Latin-1.
var charmaps = sync.OnceValue(func() *[encodings]singleByte {
	all := &[encodings]singleByte{
		latin1:      {},
		windows1252: {lossy: true},
		windows1250: {lossy: true, cost: 2},
		iso8859_2:   {cost: 2},
		windows1251: {lossy: true, cost: 3},
		macRoman:    {cost: 2},
		codePage437: {cost: 3},
	}
	for e, table := range [encodings]*charmap.Charmap{
		latin1:      charmap.ISO8859_1,
		windows1252: charmap.Windows1252,
		windows1250: charmap.Windows1250,
		iso8859_2:   charmap.ISO8859_2,
		windows1251: charmap.Windows1251,
		macRoman:    charmap.Macintosh,
		codePage437: charmap.CodePage437,
	} {
		for i := range all[e].upper {
			r := table.DecodeByte(byte(0x80 + i))
			if r == unicode.ReplacementChar {
				r = rune(0x80 + i)
			}
			all[e].upper[i] = r
		}
	}
	return all
})

// codes says in which encodings a character exists, and as which byte. Sets of encodings have
// a bit for each.
type codes struct {
	in        uint8
	lead      uint8 // where the byte can start a character of UTF-8
	continues uint8 // where it can continue one
	bytes     [encodings]byte
}

// anyEncoding has the bit of each encoding.
const anyEncoding uint8 = 1<<encodings - 1

// codesOf is the inverse of charmaps.
var codesOf = sync.OnceValue(func() map[rune]codes {
	inverse := make(map[rune]codes)
	for e := range charmaps() {
		for b := range 0x100 {
			r := charmaps()[e].decode(byte(b))
			c := inverse[r]
			c.in |= 1 << e
			c.bytes[e] = byte(b)
			switch {
			case isContinuation(byte(b)):
				c.continues |= 1 << e
			case b >= 0x80:
				c.lead |= 1 << e
			}
			inverse[r] = c
		}
	}
	return inverse
})

// possible says which encodings have all characters of a text, and in which of them it may be
// UTF-8: where a lead byte has something after it and a continuation byte something before it
// that is no other ASCII than a space, which may have been another byte.
func possible(text []rune) (in, utf8 uint8) {
	in, utf8 = anyEncoding, anyEncoding
	inverse := codesOf()
	var before codes
	for _, r := range text {
		switch {
		case r == ' ':
			before = wildcard
			continue
		case r < 0x80 && r != substitute:
			utf8 &^= before.lead
			before = codes{}
			continue
		}
		c := inverse[r]
		if in &= c.in; in == 0 {
			return 0, 0
		}
		utf8 &^= c.continues &^ (before.lead | before.continues)
		utf8 &^= before.lead & c.lead
		before = c
		if r == substitute || r == unicode.ReplacementChar {
			before = wildcard
		}
	}
	return in, in & utf8 &^ before.lead
}

// wildcard is what may stand for any byte.
var wildcard = codes{continues: anyEncoding}

// encode writes a text in an encoding that has all its characters.
func encode(text []rune, e encoding) []byte {
	inverse := codesOf()
	out := make([]byte, len(text))
	for i, r := range text {
		if r < 0x80 {
			out[i] = byte(r)
		} else {
			out[i] = inverse[r].bytes[e]
		}
	}
	return out
}
