package loaders

import (
	"bytes"
	"encoding/binary"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/pkg/errors"
	"golang.org/x/text/encoding/charmap"
)

var (
	bomUTF8    = []byte("\xEF\xBB\xBF")
	bomUTF16LE = []byte("\xFF\xFE")
	bomUTF16BE = []byte("\xFE\xFF")
)

// toUTF8 returns the text of a file as valid UTF-8 without byte order mark. Without a mark,
// text that is not UTF-8 is taken for Windows-1252, of which ISO-8859-1 is the part in
// use. Binary data is an error.
func toUTF8(raw []byte) ([]byte, error) {
	switch {
	case bytes.HasPrefix(raw, bomUTF8):
		raw = raw[len(bomUTF8):]
	case bytes.HasPrefix(raw, bomUTF16LE):
		raw = fromUTF16(raw[len(bomUTF16LE):], binary.LittleEndian)
	case bytes.HasPrefix(raw, bomUTF16BE):
		raw = fromUTF16(raw[len(bomUTF16BE):], binary.BigEndian)
	}
	if err := checkText(raw); err != nil {
		return nil, err
	}
	if utf8.Valid(raw) {
		return raw, nil
	}
	if isDamagedUTF8(raw) {
		return bytes.ToValidUTF8(raw, []byte(string(unicode.ReplacementChar))), nil
	}
	text := make([]byte, 0, len(raw)+len(raw)/16)
	for _, b := range raw {
		text = utf8.AppendRune(text, charmap.Windows1252.DecodeByte(b))
	}
	return text, nil
}

// fromUTF16 decodes UTF-16; half a code unit at the end is dropped.
func fromUTF16(raw []byte, order binary.ByteOrder) []byte {
	units := make([]uint16, len(raw)/2)
	for i := range units {
		units[i] = order.Uint16(raw[2*i:])
	}
	text := make([]byte, 0, len(raw))
	for _, r := range utf16.Decode(units) {
		text = utf8.AppendRune(text, r)
	}
	return text
}

// checkText tells text in any of the encodings from binary data: text has no NUL, and of
// other control characters next to none.
func checkText(raw []byte) error {
	if at := bytes.IndexByte(raw, 0); at >= 0 {
		return errors.Errorf("binary data: a NUL byte at offset %d", at)
	}
	controls := 0
	for _, b := range raw {
		if b < ' ' && (b < '\t' || b > '\r') {
			controls++
		}
	}
	if controls > len(raw)/100 {
		return errors.Errorf("binary data: %d of %d bytes are control characters", controls, len(raw))
	}
	return nil
}

// isDamagedUTF8 reports whether invalid UTF-8 is nearer to UTF-8 than to a one-byte
// encoding: whether well-formed sequences outnumber the bytes that belong to none. One
// bad byte should not spoil all the quotation marks of a book.
func isDamagedUTF8(raw []byte) bool {
	good, bad := 0, 0
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
	return good > bad
}
