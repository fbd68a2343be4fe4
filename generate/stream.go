package generate

import (
	"strings"

	"github.com/pkg/errors"

	"gorgpt/tokenizer"
)

// endOfWord is the suffix of tokens that end a word.
const endOfWord = "</w>"

// Stream turns tokens into text as they come, and ends at the first stop string.
// A Stream must not be used by several goroutines at once.
type Stream struct {
	tok   *tokenizer.Tokenizer
	stops []string
	space bool   // a word has ended: a space precedes the next token
	held  string // may be the beginning of a stop string
	ended bool
}

// NewStream returns a stream that continues a text whose last token is last. A stop string is
// compared as the tokenizer writes it: in lower case, with spaces around punctuation. A stop string
// that is empty then, or has an unknown character, is an error, since it could never occur.
func NewStream(tok *tokenizer.Tokenizer, last int32, stops []string) (*Stream, error) {
	token, _ := tok.Token(last)
	s := &Stream{tok: tok, space: strings.HasSuffix(token, endOfWord)}
	for _, stop := range stops {
		ids := tok.Encode(stop)
		for _, id := range ids {
			if token, _ := tok.Token(id); token == tokenizer.Unknown {
				return nil, errors.Errorf("the stop string %q has a character that is not in the vocabulary: it can never occur", stop)
			}
		}
		text := strings.TrimSuffix(tok.Decode(ids), " ")
		if text == "" {
			return nil, errors.Errorf("the stop string %q is empty after tokenization: it must have a word or punctuation", stop)
		}
		s.stops = append(s.stops, text)
	}
	return s, nil
}

// Add takes the next token. It returns the text that is certain to come before any stop string,
// and whether a stop string was found. After that it returns no more text.
func (s *Stream) Add(id int32) (text string, ended bool) {
	if s.ended {
		return "", true
	}
	token, known := s.tok.Token(id)
	if !known {
		token = tokenizer.Unknown
	}
	word, isEnd := strings.CutSuffix(token, endOfWord)
	if s.space {
		s.held += " "
	}
	s.held += word
	s.space = isEnd
	at := -1
	for _, stop := range s.stops {
		if i := strings.Index(s.held, stop); i >= 0 && (at < 0 || i < at) {
			at = i
		}
	}
	if at >= 0 {
		text, s.held, s.ended = strings.TrimSuffix(s.held[:at], " "), "", true
		return text, true
	}
	keep := s.undecided()
	text, s.held = s.held[:len(s.held)-keep], s.held[len(s.held)-keep:]
	return text, false
}

// undecided is the length of the longest suffix of the held text that may begin a stop string. A
// space before the stop string belongs to it.
func (s *Stream) undecided() int {
	for from := range len(s.held) {
		rest := s.held[from:]
		for _, stop := range s.stops {
			if strings.HasPrefix(stop, rest) || strings.HasPrefix(" "+stop, rest) {
				return len(rest)
			}
		}
	}
	return 0
}

// Rest returns the text that was held back. Call it after the last token.
func (s *Stream) Rest() string {
	text := s.held
	s.held = ""
	return text
}
