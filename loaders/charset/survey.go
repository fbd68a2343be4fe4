package charset

import (
	"bytes"
	"io"
)

// Survey reads a whole stream and detects its encoding as [Decode] does, without keeping the text. Use
// it with [NewReaderAs] for files that can be read twice: then one bad byte at the beginning does not
// determine the encoding. Survey treats NUL like other control characters.
func Survey(src io.Reader) (Found, error) {
	r := NewReader(src)
	r.settled = true
	var ends lineEnds
	if _, err := io.Copy(&ends, r); err != nil {
		return r.found, err
	}
	found := r.found
	if found.Encoding == UTF8 && found.Invalid > 0 && r.good <= found.Invalid {
		found.Encoding, found.Invalid = Windows1252, 0
	}
	found.CR = ends.loneCR()
	return found, nil
}

// SurveyAs is [Survey] for a text whose encoding is known.
func SurveyAs(src io.Reader, e Encoding) (Found, error) {
	r := NewReaderAs(src, Found{Encoding: e, Mark: true}) // a mark is skipped if there is one
	var ends lineEnds
	if _, err := io.Copy(&ends, r); err != nil {
		return r.found, err
	}
	found := r.found
	found.CR = ends.loneCR()
	return found, nil
}

// NewReaderAs returns a reader that decodes src with the result of [Survey].
func NewReaderAs(src io.Reader, found Found) *Reader {
	r := NewReader(src)
	r.settled, r.begun = true, true
	r.found = found
	r.found.Invalid = 0
	r.mark = found.Mark
	return r
}

// lineEnds counts the line ends in the text that is written to it.
type lineEnds struct {
	lf, cr, crlf int
	first        byte // the first line feed or carriage return; 0: there is none yet
	last         byte // of the text so far
	firstIsCRLF  bool
}

func (e *lineEnds) Write(text []byte) (int, error) {
	if len(text) == 0 {
		return 0, nil
	}
	if e.last == '\r' && text[0] == '\n' {
		e.crlf++
		e.firstIsCRLF = e.firstIsCRLF || e.cr == 1 && e.lf == 0
	}
	if e.first == 0 {
		if at := bytes.IndexAny(text, "\r\n"); at >= 0 {
			e.first = text[at]
			e.firstIsCRLF = bytes.HasPrefix(text[at:], []byte("\r\n"))
		}
	}
	e.lf += bytes.Count(text, []byte("\n"))
	if n := bytes.Count(text, []byte("\r")); n > 0 {
		e.cr += n
		e.crlf += bytes.Count(text, []byte("\r\n"))
	}
	e.last = text[len(text)-1]
	return len(text), nil
}

// loneCR reports whether a carriage return alone ends lines: it ends the first one, and more
// lines than line feeds do.
func (e *lineEnds) loneCR() bool {
	return e.first == '\r' && !e.firstIsCRLF && e.cr-e.crlf > e.lf
}
