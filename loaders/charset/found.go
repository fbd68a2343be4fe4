package charset

import (
	"encoding/binary"
	"fmt"
	"strings"
)

// Encoding is how the characters of a text are written as bytes.
type Encoding int

// The encodings that are recognised.
const (
	UTF8 Encoding = iota
	UTF16LE
	UTF16BE
	Windows1252
)

// String is the encoding's name.
func (e Encoding) String() string {
	return [...]string{"UTF-8", "UTF-16 (little-endian)", "UTF-16 (big-endian)", "Windows-1252"}[e]
}

// order is that of the bytes of UTF-16; nil: it is another encoding.
func (e Encoding) order() binary.ByteOrder {
	switch e {
	case UTF16LE:
		return binary.LittleEndian
	case UTF16BE:
		return binary.BigEndian
	}
	return nil
}

// Found is what was recognised of a text.
type Found struct {
	Encoding Encoding
	Mark     bool // whether a byte order mark stands in front
	Invalid  int  // bytes that are no character of the encoding, each run of them read as U+FFFD
	CR       bool // whether a carriage return alone ends lines; only [Lines] notices
}

// String says what is unlike plain UTF-8, for a person to read; it is empty if nothing is.
func (f Found) String() string {
	var parts []string
	if f.Encoding != UTF8 {
		parts = append(parts, "read as "+f.Encoding.String())
	}
	if f.CR {
		parts = append(parts, "a CR alone ends lines")
	}
	switch {
	case f.Invalid == 1:
		parts = append(parts, "1 invalid byte is read as U+FFFD")
	case f.Invalid > 1:
		parts = append(parts, fmt.Sprintf("%d invalid bytes are read as U+FFFD", f.Invalid))
	}
	return strings.Join(parts, ", ")
}
