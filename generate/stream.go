package generate

import (
	"strings"

	"github.com/pkg/errors"

	"gorgpt/tokenizer"
)

// endOfWord is what the tokens that end a word end in.
const endOfWord = "</w>"

// Stream turns the tokens that continue a text into text while they come, and looks for the
// strings at which it ends.
// A Stream must not be used by several goroutines at once.
type Stream struct {
	tok   *tokenizer.Tokenizer
	stops []string
	space bool   // a word has ended: a space stands before what follows
	held  string // the beginning of a stop string, perhaps
	ended bool
}

// NewStream returns the stream of what follows a text whose last token is last. A stop string
// is looked for as the tokenizer writes it: lower case, spaces around signs. It is an error if
// that is nothing, or has an unknown character, for it could not occur then.
func NewStream(tok *tokenizer.Tokenizer, last int32, stops []string) (*Stream, error) {
	token, _ := tok.Token(last)
	s := &Stream{tok: tok, space: strings.HasSuffix(token, endOfWord)}
	for _, stop := range stops {
		ids := tok.Encode(stop)
		for _, id := range ids {
			if token, _ := tok.Token(id); token == tokenizer.Unknown {
				return nil, errors.Errorf("the stop string %q has a character that the vocabulary lacks: it cannot occur", stop)
			}
		}
		text := strings.TrimSuffix(tok.Decode(ids), " ")
		if text == "" {
			return nil, errors.Errorf("the stop string %q is nothing to the tokenizer: want a word or a sign", stop)
		}
		s.stops = append(s.stops, text)
	}
	return s, nil
}

// Add takes the next token and returns the text that is certain to stand before any stop
// string, and whether there was one. Nothing comes after that.
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

// undecided is the length of the longest end of what is held that begins a stop string, with a
// space before it if there is one: it may have to be left out too.
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

// Rest returns what was held back, when no more tokens come.
func (s *Stream) Rest() string {
	text := s.held
	s.held = ""
	return text
}
