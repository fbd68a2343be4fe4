package loaders

import (
	"bytes"
	"regexp"
)

// A book often begins with a paragraph that says who made the file. Without a frame of Project
// Gutenberg the same words may belong to the book, unless the paragraph names something modern.
var (
	creditLine = regexp.MustCompile(`(?i)^(THIS )?(E-?TEXT |E-?BOOK )?(WAS )?` +
		`(PRODUCED|PREPARED|TRANSCRIBED|SCANNED)( AND [A-Z]+)? (BY|FROM) `)
	creditName = regexp.MustCompile(`(?i)PROOFREAD|PGDP|PGLAF|GUTENBERG`)
)

// creditLines is the maximum length of a credit. A longer paragraph includes text of the book.
const creditLines = 12

// stripCredits removes the credits at the beginning of a book.
func stripCredits(text []byte, framed bool) []byte {
	return stripParagraphs(text, func(paragraph []byte) bool {
		return creditLine.Match(paragraph) && (framed || creditName.Match(paragraph))
	})
}

// stripParagraphs removes the first paragraphs of a text for which the condition holds.
func stripParagraphs(text []byte, drop func(paragraph []byte) bool) []byte {
	for {
		paragraph, end, count := firstParagraph(text)
		if count > creditLines || !drop(paragraph) {
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
