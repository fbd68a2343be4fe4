package loaders

import (
	"bytes"
	"regexp"

	"gorgpt/loaders/charset"
)

// Cleaning reports how a file differs from the text of its book.
// A Cleaning is safe for concurrent use as long as nothing changes it.
type Cleaning struct {
	// Removed is the number of bytes that were removed as header, licence or small print of
	// Project Gutenberg, and as the credits of those who made the file.
	Removed int

	// Doubtful is the number of bytes outside the frame of Project Gutenberg that do not read like
	// its header or licence. They are kept.
	Doubtful int

	// Found is the encoding of the file.
	Found charset.Found

	// Revised says that version 1 of package shards made a different text of the file.
	Revised bool
}

// boilerplate lists words of Project Gutenberg's own texts. They occur in more than half of the lines
// of its headers and licences, and in a hundredth of the lines of books.
var boilerplate = regexp.MustCompile(`(?i)gutenberg|e-?text|e-?book|small print|licen[cs]e|donat|foundation|trademark|copyright|` +
	`public domain|electronic|refund|warrant|distribut|^\W*(title|author|editor|translator|illustrator|release|posting|` +
	`last updated|language|character set|produced by|credits)\b|^\*\*`)

// A text that does not read like boilerplate is treated as a header or licence only up to these many
// bytes, and never if it is longer than the rest.
const (
	longHeader = 8 << 10  // next to a line that marks the beginning or end of the book
	longPrint  = 16 << 10 // between the first and the last line of the small print
	longOther  = 500
)

// region is the text between two marks.
type region struct {
	text          []byte
	before, after markKind
	beyond        markKind // the next mark that is not a title
	role          role
}

// role says how a region is treated.
type role int

const (
	frame    role = iota // removed
	doubtful             // kept, although the marks say that it is not part of a book
	book
)

// stripGutenberg returns the parts of a text that are books, without credits and without the header,
// licence and small print of Project Gutenberg. A text without any of these is returned whole.
//
// The lines that frame a book have changed over the years, and people join, cut and edit files. So text
// outside a frame is removed only if it is short or reads like boilerplate: a misplaced mark must not
// remove a book.
func stripGutenberg(text []byte) (parts [][]byte, did Cleaning) {
	regions, known := cut(text)
	judge(regions)
	did.Revised = !known
	for _, r := range regions {
		part, framed := r.text, r.role == book && (r.before == openMark || r.before == printEnd)
		switch r.role {
		case frame:
			did.Revised = did.Revised || r.before == printMark && r.after != printEnd && r.after != openMark
			continue
		case doubtful:
			did.Doubtful += len(bytes.TrimSpace(part))
			did.Revised = true
		}
		if r.before == titleMark || r.after == titleMark {
			did.Revised = true
		}
		if r.before == titleMark || r.before == closeMark {
			part = stripParagraphs(part, isHeader)
		}
		parts = append(parts, stripCredits(part, framed))
	}
	did.Removed = len(text)
	for _, part := range parts {
		did.Removed -= len(part)
	}
	return parts, did
}

// cut cuts a text at its marks, and says whether version 1 knew all of them.
func cut(text []byte) (regions []region, known bool) {
	marks := findMarks(text)
	known = true
	r := region{}
	begin := 0
	for i, m := range marks {
		r.text, r.after, r.beyond = text[begin:m.begin], m.kind, nextFrame(marks[i:])
		regions = append(regions, r)
		r, begin = region{before: m.kind}, m.end
		if m.kind == openMark || m.kind == closeMark || m.kind == printEnd {
			known = known && version1.Match(bytes.TrimSpace(text[m.begin:m.end]))
		}
	}
	r.text = text[begin:]
	return append(regions, r), known
}

// judge gives the regions their roles. Small print comes last, because it is compared with all text
// that is kept.
func judge(regions []region) {
	kept := 0
	for i := range regions {
		if r := &regions[i]; r.isBook() {
			r.role = book
			kept += len(bytes.TrimSpace(r.text))
		}
	}
	for _, print := range []bool{false, true} {
		inside := kept
		for i := range regions {
			r := &regions[i]
			if r.role == frame && print == (r.before == printMark) && !r.isFrame(inside) {
				r.role = doubtful
				kept += len(bytes.TrimSpace(r.text))
			}
		}
	}
}

// isBook reports whether the marks alone say that the region is a book, or a part of one.
func (r region) isBook() bool {
	switch r.before {
	case openMark, printEnd:
		return r.after == closeMark || r.after == noMark || r.after == titleMark && r.beyond == openMark
	case noMark, titleMark:
		return r.after == closeMark || r.after == noMark
	}
	return false
}

// isFrame reports whether a region outside a book may be removed, given the number of bytes kept.
func (r region) isFrame(kept int) bool {
	text := bytes.TrimSpace(r.text)
	limit := longOther
	switch {
	case r.before == printMark && r.after == printEnd:
		limit = longPrint
	case r.before == closeMark, r.after == openMark && (r.before == noMark || r.before == titleMark), r.after == printEnd:
		limit = longHeader
	}
	return len(text) <= min(limit, kept) || isBoilerplate(text, 4)
}

// isBoilerplate reports whether at least one line in the given number has words of Project Gutenberg.
func isBoilerplate(text []byte, of int) bool {
	written, found := 0, 0
	for _, line := range lines(text) {
		if line = trimLine(line); len(line) > 0 {
			written++
			if boilerplate.Match(line) {
				found++
			}
		}
	}
	return found*of >= written
}

// isHeader reports whether a paragraph at the beginning of a file belongs to its header.
func isHeader(paragraph []byte) bool { return len(paragraph) > 0 && isBoilerplate(paragraph, 2) }
