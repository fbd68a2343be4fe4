package loaders

import (
	"bytes"
	"regexp"
)

// Project Gutenberg frames its books with lines that have changed over the years. A book
// lies between a starting and an ending line. Texts of the 1990s end their header with the
// small print instead, and some later ones have it behind the starting line.
var (
	startLine     = regexp.MustCompile(`(?i)^\*{3} ?START OF (THE|THIS) PROJECT GUTENBERG`)
	smallPrintEnd = regexp.MustCompile(`(?i)^\*END[ *]*THE SMALL PRINT`)
	endLine       = regexp.MustCompile(`(?i)^(\*{3} ?)?END OF (THE |THIS )?PROJECT GUTENBERG`)
)

// A book often begins with a paragraph that says who made the file. Outside a frame the
// same words can be the book's own, unless the paragraph names a thing of our time.
var (
	creditLine = regexp.MustCompile(`(?i)^(THIS )?(E-?TEXT |E-?BOOK )?(WAS )?` +
		`(PRODUCED|PREPARED|TRANSCRIBED|SCANNED)( AND [A-Z]+)? (BY|FROM) `)
	creditName = regexp.MustCompile(`(?i)PROOFREAD|PGDP|PGLAF|GUTENBERG`)
)

const (
	// titleLines is over how many lines the title in a starting line may run.
	titleLines = 4

	// creditLines is how long a credit may be. What is longer has swallowed the book.
	creditLines = 12
)

// stripGutenberg returns the parts of a text that lie between a starting and an ending
// line, without credits. If no line starts a book the text does, and if none ends it the
// text does: other texts come back whole.
func stripGutenberg(text []byte) [][]byte {
	var parts [][]byte
	begin, framed := 0, false // begin is negative behind an ending line
	for offset, line := range lines(text) {
		line = bytes.TrimSpace(line)
		switch {
		case startLine.Match(line):
			begin, framed = offset+titleEnd(text[offset:]), true
		case smallPrintEnd.Match(line):
			begin, framed = offset+nextLine(text[offset:]), true
		case begin >= 0 && endLine.Match(line):
			parts = append(parts, stripCredits(text[begin:max(begin, offset)], framed))
			begin = -1
		}
	}
	if begin >= 0 {
		parts = append(parts, stripCredits(text[begin:], framed))
	}
	return parts
}

// titleEnd is the offset of the line after a starting line, whose title can run over
// several lines until it closes with asterisks.
func titleEnd(text []byte) int {
	end, left := 0, titleLines
	for offset, line := range lines(text) {
		if left == 0 {
			break
		}
		left--
		if bytes.HasSuffix(bytes.TrimSpace(line), []byte("***")) {
			end = offset
			break
		}
	}
	return end + nextLine(text[end:])
}

// nextLine is the offset of the second line of a text.
func nextLine(text []byte) int {
	for offset := range lines(text) {
		if offset > 0 {
			return offset
		}
	}
	return len(text)
}

// stripCredits drops the credits at the beginning of a book.
func stripCredits(text []byte, framed bool) []byte {
	for {
		paragraph, end, count := firstParagraph(text)
		if count > creditLines || !creditLine.Match(paragraph) || !framed && !creditName.Match(paragraph) {
			return text
		}
		text = text[end:]
	}
}

// firstParagraph is the first paragraph of a text, the offset of its end, and the number
// of its lines.
func firstParagraph(text []byte) (paragraph []byte, end, count int) {
	begin := 0
	for offset, line := range lines(text) {
		blank := len(bytes.TrimSpace(line)) == 0
		switch {
		case blank && count > 0:
			return text[begin:offset], offset, count
		case !blank && count == 0:
			begin = offset
		}
		if !blank {
			count++
		}
	}
	return text[begin:], len(text), count
}
