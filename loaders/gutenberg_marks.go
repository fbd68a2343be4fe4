package loaders

import (
	"bytes"
	"regexp"
)

// markKind is the meaning of a line of Project Gutenberg for the text around it.
type markKind int

const (
	noMark    markKind = iota // the beginning or the end of the file
	titleMark                 // a header begins: "The Project Gutenberg EBook of …"
	openMark                  // a book begins: "*** START OF THE PROJECT GUTENBERG EBOOK … ***"
	closeMark                 // a book has ended: "*** END OF …", "End of the Project Gutenberg EBook of …"
	printMark                 // the small print begins: "**START**THE SMALL PRINT!**…"
	printEnd                  // a book begins after the small print: "*END*THE SMALL PRINT! …"
)

// mark is such a line, or several if a title continues.
type mark struct {
	kind       markKind
	begin, end int
}

// The parts of the patterns: leading asterisks and spaces, the words before the name, and the name,
// which is sometimes translated.
const (
	stars    = `(?i)^[*\s\x{A0}]*`
	starred  = `(?i)^[\s\x{A0}]*\*[*\s\x{A0}]*`
	articles = `((OF|THE|THIS|COPYRIGHTED|VON|DES|DER|DIESES|DIESER|DU|DE|LA|LE|CE|CET|CETTE|D['’]UN|L['’]|DEL|DELLA|EL|ESTE|DI|QUESTO|VAN|HET|DIT|LIVRE|[ÉE]LECTRONIQUE|NUM[ÉE]RIQUE|TEXTE|BUCHES|E-?BOOKS?|E-?TEXT(S|ES)?)[\s\x{A0}]+)*`
	project  = `PROJE[CK]?TS?O?[\s\x{A0}-]+GUTENBERG|PROGETTO[\s\x{A0}-]+GUTENBERG|PROYECTO[\s\x{A0}-]+GUTENBERG`
)

// markPatterns detect the lines. The first match counts.
var markPatterns = []struct {
	kind    markKind
	pattern *regexp.Regexp
}{
	{openMark, regexp.MustCompile(starred + `(START|BEGIN|ANFANG|BEGINN|D[ÉE]BUT|INICIO|INIZIO)[\s\x{A0}]+` + articles + `(` + project + `)`)},
	{openMark, regexp.MustCompile(stars + `(ANFANG|BEGINN|D[ÉE]BUT)[\s\x{A0}]+` + articles + `(` + project + `)`)},
	{closeMark, regexp.MustCompile(stars + `(THE[\s\x{A0}]+)?(END|ENDE|FIN|FINE|EINDE)[\s\x{A0}]+` + articles + `(` + project + `)`)},
	{printMark, regexp.MustCompile(starred + `START[*\s]*(OF[*\s]+)?THE SMALL PRINT`)},
	{printEnd, regexp.MustCompile(starred + `END[*\s]*(OF[*\s]+)?THE SMALL PRINT`)},
	{titleMark, regexp.MustCompile(stars + `((THE|THIS)[\s\x{A0}]+)?(` + project + `)(['’]S[\s\x{A0}]|,?[\s\x{A0}]+(E-?TEXT|E-?BOOK|EDITION)\b)`)},
}

// version1 matches the lines that version 1 detected; caches may still hold its tokens.
var version1 = regexp.MustCompile(`(?i)^(\*{3} ?START OF (THE|THIS) PROJECT GUTENBERG|\*END[ *]*THE SMALL PRINT|` +
	`(\*{3} ?)?END OF (THE |THIS )?PROJECT GUTENBERG)`)

// titleLines is the maximum number of lines of the title in a starting line.
const titleLines = 4

// findMarks lists the lines of Project Gutenberg that mark books.
func findMarks(text []byte) []mark {
	var all []mark
	for offset, line := range lines(text) {
		kind := kindOf(line)
		if kind == noMark || len(all) > 0 && offset < all[len(all)-1].end {
			continue
		}
		end := offset + nextLine(text[offset:])
		if kind == openMark {
			end = offset + titleEnd(text[offset:])
		}
		all = append(all, mark{kind, offset, end})
	}
	return effective(all)
}

// kindOf returns the kind of mark of a line. Most lines are not marks; a quick check skips them.
func kindOf(line []byte) markKind {
	if !hasAny(line, "utenberg", "UTENBERG", "mall print", "mall Print", "MALL PRINT") {
		return noMark
	}
	line = trimLine(line)
	for _, p := range markPatterns {
		if p.pattern.Match(line) {
			return p.kind
		}
	}
	return noMark
}

func hasAny(line []byte, words ...string) bool {
	for _, word := range words {
		if bytes.Contains(line, []byte(word)) {
			return true
		}
	}
	return false
}

// trimLine removes spaces, and the byte order mark of a text that was appended to another.
func trimLine(line []byte) []byte {
	return bytes.TrimSpace(bytes.TrimPrefix(bytes.TrimSpace(line), []byte("\uFEFF")))
}

// effective removes the titles that do not begin a header: those inside a book or a licence, where the
// same words may belong to the text, and those of texts without a frame.
func effective(all []mark) []mark {
	var kept []mark
	before := noMark
	for i, m := range all {
		after := nextFrame(all[i:])
		switch {
		case m.kind != titleMark:
			before = m.kind
		case after == openMark || after == printMark || after == printEnd:
		case before == noMark && after == closeMark:
		default:
			continue
		}
		kept = append(kept, m)
	}
	return kept
}

// nextFrame is the kind of the first mark that is not a title.
func nextFrame(marks []mark) markKind {
	for _, m := range marks {
		if m.kind != titleMark {
			return m.kind
		}
	}
	return noMark
}

// titleEnd is the offset of the line after a starting line, whose title may take several lines and
// ends with asterisks.
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
