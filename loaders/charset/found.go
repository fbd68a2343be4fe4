package charset

import (
	"encoding/binary"
	"fmt"
	"strings"
)

// Encoding is a character encoding.
type Encoding int

// The supported encodings.
const (
	UTF8 Encoding = iota
	UTF16LE
	UTF16BE
	Windows1252
)

// String returns the name of the encoding.
func (e Encoding) String() string {
	return [...]string{"UTF-8", "UTF-16 (little-endian)", "UTF-16 (big-endian)", "Windows-1252"}[e]
}

// order is the byte order of UTF-16; nil for other encodings.
func (e Encoding) order() binary.ByteOrder {
	switch e {
	case UTF16LE:
		return binary.LittleEndian
	case UTF16BE:
		return binary.BigEndian
	}
	return nil
}

// Found describes the encoding of a text.
type Found struct {
	Encoding Encoding
	Mark     bool // whether the text begins with a byte order mark
	Invalid  int  // invalid bytes; each run of them is read as U+FFFD
	CR       bool // whether single carriage returns end lines; only [Lines] sets this
}

// String says how the text differs from plain UTF-8; it is empty if it does not differ.
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
