package ftfy

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// maxDecode is the number of characters in a line beyond which its encoding is not
// questioned.
const maxDecode = 1_000_000

// workLimit bounds the work on one line, in characters over all passes. It stops short of the
// end only for lines of many thousand characters in which entities are nested hundreds deep.
const workLimit = 1 << 24

// Fixer repairs a text line by line. It remembers whether the lines so far looked like
// HTML. The zero value is ready; it serves one text and one goroutine.
type Fixer struct {
	html bool // a line had both < and >: entities stay from there on
}

// Fix repairs a whole text.
func Fix(text string) string {
	var (
		f   Fixer
		out strings.Builder
	)
	out.Grow(len(text))
	for line := range strings.Lines(text) {
		fixed, _ := f.Line(line)
		out.WriteString(fixed)
	}
	return out.String()
}

// Line repairs one line, line feed included. A line is plain if it did not even need a closer
// look: it is ASCII without controls other than tab, line feed and form feed.
func (f *Fixer) Line(line string) (fixed string, plain bool) {
	found := look(line)
	if found&angles == angles {
		f.html = true
	}
	if found&(suspect|wide) == 0 && (f.html || found&ampersand == 0 || !mayHaveEntity(line)) {
		return line, true
	}
	return f.repair(line), false
}

// repair applies all steps until nothing changes. No step changes its argument.
func (f *Fixer) repair(line string) string {
	text := []rune(line)
	questionable := len(text) <= maxDecode
	for work := max(workLimit, 8*len(text)); work > 0; work -= len(text) {
		before := text
		text = removeTerminalEscapes(text)
		if questionable {
			text = fixEncoding(text)
		}
		if !f.html {
			text = unescapeHTML(text)
		}
		text = fixCharacters(text)
		text = compose(text)
		if isCalm(text) || slices.Equal(text, before) {
			break
		}
	}
	return string(text)
}

// isCalm reports whether a text has nothing that a repair could start from.
func isCalm(text []rune) bool {
	for _, r := range text {
		if r >= utf8.RuneSelf || looks[r]&(suspect|ampersand) != 0 {
			return false
		}
	}
	return true
}

// What a look at a line can find.
const (
	wide      uint8 = 1 << iota // a byte beyond ASCII
	suspect                     // a control character that is removed or replaced
	ampersand                   // the start of an HTML entity
	less                        // <
	greater                     // >
	angles    = less | greater
)

// looks is what each byte stands for.
var looks = func() (table [256]uint8) {
	for b := range table {
		switch {
		case b >= utf8.RuneSelf:
			table[b] = wide
		case isControl(rune(b)) || b == '\r':
			table[b] = suspect
		}
	}
	table['&'], table['<'], table['>'] = ampersand, less, greater
	return table
}()

// look says what a line has that may need repair.
func look(line string) uint8 {
	var found uint8
	for i := range len(line) {
		found |= looks[line[i]]
	}
	return found
}
