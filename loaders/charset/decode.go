package charset

import (
	"bytes"
	"encoding/binary"
	"unicode"
	"unicode/utf8"

	"github.com/pkg/errors"
	"golang.org/x/text/encoding/charmap"
)

var (
	bomUTF8    = []byte("\xEF\xBB\xBF")
	bomUTF16LE = []byte("\xFF\xFE")
	bomUTF16BE = []byte("\xFE\xFF")
	bomUTF32LE = []byte("\xFF\xFE\x00\x00")
	bomUTF32BE = []byte("\x00\x00\xFE\xFF")
)

// Decode returns a text as valid UTF-8 without byte order mark. In damaged UTF-8, invalid bytes become
// U+FFFD and the other characters stay. Binary data is an error.
func Decode(raw []byte) ([]byte, Found, error) {
	found, size, err := recognise(raw)
	if err != nil {
		return nil, found, err
	}
	raw = raw[size:]
	if order := found.Encoding.order(); order != nil {
		raw, found.Invalid, _ = fromUTF16(nil, raw, order, true)
	}
	if err := checkText(raw); err != nil {
		return nil, found, err
	}
	if utf8.Valid(raw) {
		return raw, found, nil
	}
	if good, bad := countUTF8(raw); good > bad {
		found.Invalid = bad
		return bytes.ToValidUTF8(raw, replacement), found, nil
	}
	found.Encoding = Windows1252
	return fromWindows1252(nil, raw), found, nil
}

var replacement = []byte(string(unicode.ReplacementChar))

// recognise detects UTF-16 from a text or its beginning. For all other text it returns UTF-8. size is
// the length of the byte order mark.
func recognise(raw []byte) (found Found, size int, err error) {
	switch {
	case bytes.HasPrefix(raw, bomUTF32LE), bytes.HasPrefix(raw, bomUTF32BE):
		return found, 0, errors.New("the text is UTF-32, which is not supported: save it as UTF-8")
	case bytes.HasPrefix(raw, bomUTF8):
		return Found{Encoding: UTF8, Mark: true}, len(bomUTF8), nil
	case bytes.HasPrefix(raw, bomUTF16LE):
		return Found{Encoding: UTF16LE, Mark: true}, len(bomUTF16LE), nil
	case bytes.HasPrefix(raw, bomUTF16BE):
		return Found{Encoding: UTF16BE, Mark: true}, len(bomUTF16BE), nil
	}
	most := 0
	for _, e := range []Encoding{UTF16LE, UTF16BE} {
		if n := latinUTF16(raw[:min(len(raw), chunk)&^1], e.order()); n > most {
			found.Encoding, most = e, n
		}
	}
	return found, 0, nil
}

// latinUTF16 counts the characters with a high byte of zero, including line feeds and spaces, if bytes
// without a byte order mark look like UTF-16: almost all characters are printable, and most are not
// pairs of ASCII bytes.
func latinUTF16(raw []byte, order binary.ByteOrder) (latin int) {
	pairs := 0
	for i := 0; i < len(raw); i += 2 {
		switch {
		case order.Uint16(raw[i:])>>8 == 0:
			latin++
		case isASCII(raw[i]) && isASCII(raw[i+1]):
			pairs++
		}
	}
	if latin == 0 || pairs > len(raw)/2*6/10 {
		return 0
	}
	text, _, _ := fromUTF16(nil, raw, order, false)
	odd, all := 0, 0
	for _, r := range string(text) {
		all++
		if r == utf8.RuneError || !unicode.IsGraphic(r) && !unicode.IsSpace(r) && r != mark {
			odd++
		}
	}
	if odd > all/100 {
		return 0
	}
	return latin
}

// mark is the byte order mark as a character.
const mark = 0xFEFF

func isASCII(b byte) bool { return b >= '\t' && b <= '~' }

// fromUTF16 appends decoded UTF-16 to dst and returns the number of bytes at the end that belong to an
// incomplete character. At the end of the text they are invalid.
func fromUTF16(dst, raw []byte, order binary.ByteOrder, last bool) (text []byte, invalid, left int) {
	for len(raw) >= 2 {
		r := rune(order.Uint16(raw))
		size := 2
		switch {
		case r >= 0xD800 && r < 0xDC00 && len(raw) < 4 && !last:
			return dst, invalid, len(raw)
		case r >= 0xD800 && r < 0xDC00 && len(raw) >= 4 && order.Uint16(raw[2:])>>10 == 0xDC00>>10:
			r, size = 0x10000+(r-0xD800)<<10+rune(order.Uint16(raw[2:]))-0xDC00, 4
		case r >= 0xD800 && r < 0xE000:
			r = unicode.ReplacementChar
			invalid += 2
		}
		dst = utf8.AppendRune(dst, r)
		raw = raw[size:]
	}
	if last {
		return dst, invalid + len(raw), 0 // half a code unit is dropped
	}
	return dst, invalid, len(raw)
}

// fromWindows1252 appends decoded Windows-1252 to dst.
func fromWindows1252(dst, raw []byte) []byte {
	if dst == nil {
		dst = make([]byte, 0, len(raw)+len(raw)/16)
	}
	for _, b := range raw {
		dst = utf8.AppendRune(dst, charmap.Windows1252.DecodeByte(b))
	}
	return dst
}

// checkText returns an error for binary data. Text has no NUL and almost no other control characters,
// in any of the encodings.
func checkText(raw []byte) error {
	if at := bytes.IndexByte(raw, 0); at >= 0 {
		return errors.Errorf("binary data: a NUL byte at offset %d", at)
	}
	if controls := countControls(raw); controls > len(raw)/100 {
		return errors.Errorf("binary data: %d of %d bytes are control characters", controls, len(raw))
	}
	return nil
}

func countControls(raw []byte) int {
	n := 0
	for _, b := range raw {
		if b < ' ' && (b < '\t' || b > '\r') {
			n++
		}
	}
	return n
}

// countUTF8 counts the valid sequences of several bytes, and the invalid bytes. Text with more valid
// sequences than invalid bytes is treated as damaged UTF-8, so that one bad byte does not spoil all
// quotation marks of a book.
func countUTF8(raw []byte) (good, bad int) {
	if utf8.Valid(raw) {
		for _, b := range raw {
			if b >= 0xC0 {
				good++
			}
		}
		return good, 0
	}
	for len(raw) > 0 {
		r, size := utf8.DecodeRune(raw)
		switch {
		case size > 1:
			good++
		case r == utf8.RuneError:
			bad++
		}
		raw = raw[size:]
	}
	return good, bad
}
