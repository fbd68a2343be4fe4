package tokenizer

import (
	"strings"

	"gorgpt/tokenizer/internal/ftfy"
	"gorgpt/tokenizer/internal/spacy"
)

// originalSplitter cuts text into words as the original pipeline does. It holds the buffers of
// one goroutine; the zero value is ready.
type originalSplitter struct {
	standardizer standardizer
	lower        []byte
	long         int // how often a chunk was cut at its greatest length
}

// split calls emit for each word of text, in order. The word is valid only during the call.
func (s *originalSplitter) split(text string, emit func(word []byte)) {
	s.chunks(text, func(chunk string) { s.words(chunk, emit) })
}

// chunks repairs and standardizes a text and calls emit for each of its chunks. What words a
// chunk consists of depends on nothing but the chunk. One of more than MaxWord bytes is cut.
func (s *originalSplitter) chunks(text string, emit func(chunk string)) {
	var fixer ftfy.Fixer
	s.standardizer.started, s.standardizer.broken = false, false
	short := func(chunk string) {
		for len(chunk) > MaxWord {
			s.long++
			end := characterBefore(chunk, MaxWord)
			emit(chunk[:end])
			chunk = chunk[end:]
		}
		emit(chunk)
	}
	for line := range strings.Lines(text) {
		fixed, plain := fixer.Line(line)
		s.standardizer.split(fixed, plain, short)
	}
}

// words cuts a chunk into words and lower-cases them. No rule cuts a line break.
func (s *originalSplitter) words(chunk string, emit func(word []byte)) {
	spacy.Split(chunk, func(word string) {
		s.lower = appendLower(s.lower[:0], word)
		emit(s.lower)
	})
}
