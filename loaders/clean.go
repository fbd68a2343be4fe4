package loaders

import (
	"bytes"
	"iter"
	"strings"

	"gorgpt/loaders/charset"
)

// clean makes the text of a book out of the bytes of its file: UTF-8 without byte order
// mark, without what Project Gutenberg puts around a book, one paragraph a line.
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
// In most books lines are wrapped at some width and a blank line ends a paragraph. Other
// files have a paragraph, or a sentence, on each line, and there lines must stay apart.
func writeParagraphs(out *strings.Builder, text []byte) {
	wrapped := isWrapped(text)
	open := false // whether a paragraph waits for its end
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
	// wideLine is more bytes than a wrapped line has.
	wideLine = 100

	// longBlock is more lines than a paragraph has on average.
	longBlock = 40
)

// isWrapped reports whether the lines of a text are wrapped, so that blank lines end
// its paragraphs: there are blank lines, they are not as rare as between chapters, and
// at most a tenth of the lines is wide.
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

// lines yields the offset of each line of a text, and the line without its end, which is
// LF, CR LF, or CR alone.
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
