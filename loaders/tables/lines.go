package tables

import "strings"

// blanks are consecutive blank lines. There may be very many, so equal ones are counted.
type blanks []struct {
	line string
	n    int
}

func (b *blanks) add(line []byte) {
	if last := len(*b) - 1; last >= 0 && (*b)[last].line == string(line) {
		(*b)[last].n++
		return
	}
	*b = append(*b, struct {
		line string
		n    int
	}{string(line), 1})
}

// each yields the lines, which precede line end, and removes them.
func (b *blanks) each(end int, yield func(number int, line string) bool) bool {
	number := end
	for _, run := range *b {
		number -= run.n
	}
	for _, run := range *b {
		for range run.n {
			if !yield(number, run.line) {
				return false
			}
			number++
		}
	}
	*b = (*b)[:0]
	return true
}

// isBlank reports whether a line has nothing but white space.
func isBlank[T string | []byte](line T) bool { return strings.TrimSpace(string(line)) == "" }

// separated is a file whose columns a mark separates and whose quotes have no meaning. It has a header
// line, or none if its columns have names.
func separated(t *textFile, h *header, mark string) source {
	return source{
		file: t, header: h,
		parse: func(raw string) (cells, error) { return h.cells(strings.Split(raw, mark)) },
		next: func(yield func(record) bool) error {
			return t.eachLine(func(n int, line string) bool {
				blank := isBlank(line)
				switch {
				case h.width == 0 && blank, blank && !strings.Contains(line, mark) && !h.blankIsRow():
					return true
				case h.width == 0:
					h.read(strings.Split(line, mark))
					return true
				}
				h.begin(func() []string { return strings.Split(line, mark) })
				return yield(record{line: n, raw: line})
			})
		},
	}
}
