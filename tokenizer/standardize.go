package tokenizer

import "unicode/utf8"

// lineBreak is the word for a line break in the original pipeline.
const lineBreak = "\n "

// standardizer is the second stage of the original pipeline, after the repair of the text:
// dashes and the ellipsis become ASCII, runs of one sign get spaces around them, and white space becomes
// one space, or one line break if it has any. The result is emitted in chunks, the text between spaces.
// Line breaks at both ends of the text are dropped. The zero value is ready to use, for one text and one
// goroutine.
type standardizer struct {
	started bool // whether there was a chunk
	broken  bool // whether there was a line break since the last chunk
	buf     []byte
}

// isolated are the signs that get a space on both sides. A backslash is not one of them, because of a
// missing escape in the code of 2018.
const isolated = "-~!\";?+,)(/*[]}{|_"

// sort is the role of a byte in the standardizer.
type sort uint8

const (
	inChunk sort = iota // also all bytes beyond ASCII
	blank
	breakLine
	alone
)

// sorts is the sort of each byte.
var sorts = func() (table [256]sort) {
	for _, b := range []byte("\t\v\f\r\x1C\x1D\x1E\x1F ") {
		table[b] = blank
	}
	for _, b := range []byte(isolated) {
		table[b] = alone
	}
	table['\n'] = breakLine
	return table
}()

// split calls emit for each chunk of one part of the text, which is followed by white space or the end. A
// plain part has only ASCII.
func (s *standardizer) split(part string, plain bool, emit func(chunk string)) {
	if !plain {
		part = s.replace(part)
	}
	for i := 0; i < len(part); {
		start := i
		i++
		switch sorts[part[start]] {
		case blank:
			continue
		case breakLine:
			s.broken = true
			continue
		case alone:
			for i < len(part) && part[i] == part[start] {
				i++
			}
		default:
			for i < len(part) && sorts[part[i]] == inChunk {
				i++
			}
		}
		if s.broken && s.started {
			emit(lineBreak)
		}
		s.started, s.broken = true, false
		emit(part[start:i])
	}
}

// replace replaces dashes, the ellipsis, the acute accent and white space by ASCII.
func (s *standardizer) replace(part string) string {
	s.buf = s.buf[:0]
	kept := 0
	for i := 0; i < len(part); {
		if part[i] < utf8.RuneSelf {
			i++
			continue
		}
		r, size := utf8.DecodeRuneInString(part[i:])
		if ascii := asciiFor(r); ascii != "" {
			s.buf = append(s.buf, part[kept:i]...)
			s.buf = append(s.buf, ascii...)
			kept = i + size
		}
		i += size
	}
	if kept == 0 {
		return part
	}
	return string(append(s.buf, part[kept:]...))
}

// asciiFor returns the replacement of a character beyond ASCII, if it has one. White space is that of
// Python.
func asciiFor(r rune) string {
	switch r {
	case '—', '–', '―':
		return "-"
	case '…':
		return "..."
	case '´':
		return "'"
	case 0x85, 0xA0, 0x1680, 0x2028, 0x2029, 0x202F, 0x205F, 0x3000:
		return " "
	}
	if 0x2000 <= r && r <= 0x200A {
		return " "
	}
	return ""
}
