package tokenizer

import (
	"strings"

	"gorgpt/tokenizer/internal/ftfy"
	"gorgpt/tokenizer/internal/spacy"
)

// originalSplitter splits text into words for the original pipeline. It holds the buffers of one
// goroutine. The zero value is ready to use.
type originalSplitter struct {
	standardizer standardizer
	lower        []byte
	long         int // number of chunks that were cut at the maximum length
}

// split calls emit for each word of text, in order. The word is valid only during the call.
func (s *originalSplitter) split(text string, emit func(word []byte)) {
	s.chunks(text, func(chunk string) { s.words(chunk, emit) })
}

// chunks repairs and standardizes a text and calls emit for each of its chunks. The words of a chunk
// depend only on the chunk. A chunk of more than MaxWord bytes is cut.
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

// words splits a chunk into words and lower-cases them. A line break is not split.
func (s *originalSplitter) words(chunk string, emit func(word []byte)) {
	spacy.Split(chunk, func(word string) {
		s.lower = appendLower(s.lower[:0], word)
		emit(s.lower)
	})
}
