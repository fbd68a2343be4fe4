package tokenizer

import (
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// bertSplitter splits text into words for the bert pipeline. It holds the buffers of one goroutine. The
// zero value is ready to use.
//
// The steps are defined on the whole text, one after the other: clean, isolate
// ideographs, decompose (NFD) and drop accents, lower-case, split. Here they run word by
// word. The result is the same, because a character that ends a word is never a combining mark, and
// decomposition never looks past such a character. A word that is cut at its maximum length may lose
// an accent at the cut.
type bertSplitter struct {
	word   []byte // the current word; lower-cased only as long as it is ASCII
	ascii  bool   // whether word is all ASCII, and so already folded
	nfd    []byte
	folded []byte
	long   int // number of words that were cut at the maximum length
}

// split calls emit for each word of text, in order. The word is valid only during the
// call.
func (s *bertSplitter) split(text string, emit func(word []byte)) {
	table := classes()
	s.word, s.ascii = s.word[:0], true
	for i := 0; i < len(text); {
		r, size := rune(text[i]), 1
		if r >= utf8.RuneSelf {
			r, size = utf8.DecodeRuneInString(text[i:])
		}
		switch c := table[r]; {
		case c&removed != 0:
		case c&space != 0:
			s.flush(emit)
		case c&(punct|ideograph) != 0:
			s.flush(emit)
			s.add(r)
			s.flush(emit)
		default:
			if len(s.word)+size > MaxWord {
				s.long++
				s.flush(emit)
			}
			s.add(r)
		}
		i += size
	}
	s.flush(emit)
}

// add appends a character to the current word.
func (s *bertSplitter) add(r rune) {
	switch {
	case 'A' <= r && r <= 'Z':
		s.word = append(s.word, byte(r)+'a'-'A')
	case r < utf8.RuneSelf:
		s.word = append(s.word, byte(r))
	default:
		s.word = utf8.AppendRune(s.word, r)
		s.ascii = false
	}
}

// flush ends the current word, if there is one.
func (s *bertSplitter) flush(emit func(word []byte)) {
	switch {
	case len(s.word) == 0:
		return
	case s.ascii:
		emit(s.word)
	default:
		s.fold()
		s.emitFolded(emit)
	}
	s.word, s.ascii = s.word[:0], true
}

// fold decomposes the word, drops the accents and lower-cases the rest.
func (s *bertSplitter) fold() {
	table := classes()
	s.folded = s.folded[:0]
	start := 0
	for i := 0; i < len(s.word); {
		r, size := utf8.DecodeRune(s.word[i:])
		if table[r]&late != 0 {
			s.foldKnown(s.word[start:i])
			s.folded = utf8.AppendRune(s.folded, lower.ToLower(r))
			start = i + size
		}
		i += size
	}
	s.foldKnown(s.word[start:])
}

// foldKnown is fold for text without late characters.
func (s *bertSplitter) foldKnown(text []byte) {
	table := classes()
	s.nfd = norm.NFD.Append(s.nfd[:0], text...)
	for i := 0; i < len(s.nfd); {
		r, size := utf8.DecodeRune(s.nfd[i:])
		if table[r]&mark == 0 {
			s.folded = utf8.AppendRune(s.folded, lower.ToLower(r))
		}
		i += size
	}
}

// emitFolded emits the folded word. Punctuation marks that result from decomposition become words of
// their own.
func (s *bertSplitter) emitFolded(emit func(word []byte)) {
	table := classes()
	start := 0
	for i := 0; i < len(s.folded); {
		r, size := utf8.DecodeRune(s.folded[i:])
		if table[r]&punct != 0 {
			if start < i {
				emit(s.folded[start:i])
			}
			emit(s.folded[i : i+size])
			start = i + size
		}
		i += size
	}
	if start < len(s.folded) {
		emit(s.folded[start:])
	}
}
