package loaders

import (
	"bytes"
	"iter"
	"strings"

	"gorgpt/loaders/charset"
)

// clean makes the text of a book from the bytes of its file: UTF-8 without byte order mark, without
// the header and footer of Project Gutenberg, and with one paragraph per line.
func clean(raw []byte) (string, Cleaning, error) {
	text, found, err := charset.Decode(raw)
	if err != nil {
		return "", Cleaning{}, err
	}
	parts, did := stripGutenberg(text)
	did.Found = found
	var out strings.Builder
	out.Grow(len(text))
	for _, body := range parts {
		writeParagraphs(&out, body)
	}
	return strings.TrimSuffix(out.String(), "\n"), did, nil
}

// writeParagraphs writes the paragraphs of a text, each ended by a line feed.
//
// In most books lines are wrapped and a blank line ends a paragraph. Other files have a paragraph or a
// sentence on each line; their lines must not be joined.
func writeParagraphs(out *strings.Builder, text []byte) {
	wrapped := isWrapped(text)
	open := false // whether a paragraph has not ended yet
	for _, line := range lines(text) {
		line = bytes.TrimSpace(line)
		if open && (!wrapped || len(line) == 0) {
			out.WriteByte('\n')
			open = false
		}
		if len(line) == 0 {
			continue
		}
		if open {
			out.WriteByte(' ')
		}
		out.Write(line)
		open = true
	}
	if open {
		out.WriteByte('\n')
	}
}

const (
	// wideLine is longer than wrapped lines, in bytes.
	wideLine = 100

	// longBlock is longer than the average paragraph, in lines.
	longBlock = 40
)

// isWrapped reports whether the lines of a text are wrapped, so that blank lines end its paragraphs.
// That is so if blank lines are more frequent than chapters and at most a tenth of the lines is wide.
func isWrapped(text []byte) bool {
	written, wide, blocks := 0, 0, 0
	blank := true
	for _, line := range lines(text) {
		line = bytes.TrimSpace(line)
		if len(line) == 0 {
			blank = true
			continue
		}
		if blank {
			blocks++
			blank = false
		}
		written++
		if len(line) > wideLine {
			wide++
		}
	}
	return blocks > 1 && written <= longBlock*blocks && wide <= written/10
}

// lines yields the offset of each line of a text, and the line without its end: LF, CR LF, or a single
// CR.
func lines(text []byte) iter.Seq2[int, []byte] {
	return func(yield func(int, []byte) bool) {
		for begin := 0; begin < len(text); {
			size := bytes.IndexAny(text[begin:], "\r\n")
			if size < 0 {
				yield(begin, text[begin:])
				return
			}
			end := begin + size
			if !yield(begin, text[begin:end]) {
				return
			}
			if bytes.HasPrefix(text[end:], []byte("\r\n")) {
				end++
			}
			begin = end + 1
		}
	}
}
