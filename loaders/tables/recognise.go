package tables

import (
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"gorgpt/loaders"
)

// A table is recognised by its beginning.
const (
	sampleLines = 1000
	sampleBytes = 1 << 20
)

// recognised is a text table whose layout is found by its name and its beginning, except for what is set.
func recognised(t *textFile, f loaders.Fields) (source, error) {
	lines, err := t.sample()
	if err != nil {
		return source{}, err
	}
	t.notes = slices.DeleteFunc(t.notes, func(note string) bool { return note == "read as "+t.found.Encoding.String() }) // the layout has it
	format := t.set
	for name, e := range encodingNames {
		if e == t.found.Encoding {
			format.Encoding = name
		}
	}
	records := format.findColumns(filepath.Ext(unpackedName(t.path)), lines)
	records = slices.DeleteFunc(records, func(r []string) bool { return r == nil }) // broken
	if format.Header == "" {
		format.Header = "yes"
		if !hasHeader(records, f) {
			format.Header = "no"
		}
	}
	if format.Header == "no" && len(records) > 0 {
		f.Header = numbers(len(records[0]))
	}
	h := newHeader(f, format.Delimiter)
	read := separated
	if format.Quotes == "csv" {
		read = commaSeparated
	}
	s := read(t, h, format.mark())
	s.format = format
	return s, nil
}

// sample returns the first lines, without blank ones.
func (t *textFile) sample() (lines []string, err error) {
	size := 0
	err = t.eachLine(func(_ int, line string) bool {
		if size += len(line); !isBlank(line) {
			lines = append(lines, line)
		}
		return len(lines) < sampleLines && size < sampleBytes
	})
	return lines, err
}

// findColumns completes delimiter and quotes, and returns the records of the sample. The delimiter is the
// one with which most records have as many columns as the first; of equal ones the first counts, in the
// order of tab, then [separators]. Without one that fits most records, the table has one column, unless
// it is called .csv.
func (f *Format) findColumns(ending string, lines []string) (records [][]string) {
	candidates := []string{"tab", "comma", "semicolon", "bar"}
	switch {
	case f.Delimiter != "":
		candidates = []string{f.Delimiter}
	case ending == ".tsv":
		candidates = candidates[:1]
	case ending == ".csv":
		candidates = []string{"comma", "semicolon", "tab", "bar"}
	}
	best, most, widest := *f, -1.0, 0
	for _, name := range candidates {
		one := *f
		one.Delimiter = name
		if one.Quotes == "" {
			one.Quotes = "csv"
			if ending != ".csv" && name == "tab" && !quotedAsCSV(lines, one.mark()) {
				one.Quotes = "none"
			}
		}
		all := one.split(lines)
		score, width := agreement(all)
		if score < 0.8 && ending != ".csv" {
			score = 0
		}
		if score > most || score == most && score > 0 && width > widest && ending == ".csv" {
			best, most, widest, records = one, score, width, all
		}
	}
	*f = best
	return records
}

// agreement is the share of the records that have as many columns as the first, or 0 if that has one.
func agreement(records [][]string) (share float64, width int) {
	if len(records) == 0 || len(records[0]) < 2 {
		return 0, 1
	}
	width = len(records[0])
	same := 0
	for _, r := range records {
		if len(r) == width {
			same++
		}
	}
	return float64(same) / float64(len(records)), width
}

// split splits lines into records. A record that cannot be read is nil.
func (f Format) split(lines []string) (records [][]string) {
	if f.Quotes == "none" {
		for _, line := range lines {
			records = append(records, strings.Split(line, f.mark()))
		}
		return records
	}
	eachQuoted(lines, f.mark(), func(_ []string, parts []string, err error) { records = append(records, parts) })
	return records
}

// eachQuoted yields the records of lines with quotes as in RFC 4180, each with the lines that it consists
// of.
func eachQuoted(lines []string, mark string, yield func(of, parts []string, err error)) {
	in := newLineScanner("", strings.NewReader(strings.Join(lines, "\n")))
	c := &csvFile{h: &header{}, lines: in, comma: mark}
	for in.next() {
		first := in.number - 1
		parts, err := c.record(string(in.text))
		if err != nil && in.number-first > 1 && in.number >= len(lines) {
			return // the sample ends within a record
		}
		yield(lines[first:min(in.number, len(lines))], parts, err)
	}
}

// quotedAsCSV reports whether quotes enclose cells: almost all cells that begin with a quote end with
// one, and some have what only quotes allow, or every record has such a cell, or exactly the cells with
// commas are quoted, as spreadsheets do it. Otherwise quotes belong to the texts.
func quotedAsCSV(lines []string, mark string) bool {
	var records, bad, quoted, certain, bare, plain int
	marks := 0 // in a row
	eachQuoted(lines, mark, func(of, parts []string, err error) {
		if records++; records == 1 {
			marks = len(parts) - 1
		}
		complete := func(line string) bool { return strings.Count(line, mark) == marks }
		if err != nil || slices.ContainsFunc(of[:len(of)-1], complete) { // a row cannot be a part of another
			bad++
			return
		}
		has := false
		for _, part := range parts {
			enclosed := len(of) == 1 && slices.Contains(strings.Split(of[0], mark), `"`+part+`"`)
			comma := strings.Contains(part, ",")
			switch {
			case strings.ContainsAny(part, "\"\n") || strings.Contains(part, mark):
				certain++
				has = true
			case enclosed:
				has = true
				if !comma {
					plain++
				}
			case comma:
				bare++
			}
		}
		if has {
			quoted++
		}
	})
	return quoted > 0 && 20*bad <= quoted && (certain > 0 || quoted == records && records > 1 || bare+plain == 0)
}

// hasHeader reports whether the first record names the columns. It does not if one of its cells is a
// number in a column of numbers or a label that occurs again in a column of few values, or if it is a text
// of several words and the only cell. It does if it has a wanted name.
func hasHeader(records [][]string, f loaders.Fields) bool {
	if len(records) == 0 {
		return true
	}
	first, rest := records[0], records[1:]
	wanted := append(slices.Clone(f.Texts), f.Answers, f.Label, f.ID)
	byNumber := false
	for _, names := range append(wanted, f.Keep...) {
		for _, name := range columns(names) {
			if slices.ContainsFunc(first, func(c string) bool { return strings.EqualFold(strings.TrimSpace(c), name) }) {
				return true
			}
			n, err := strconv.Atoi(name)
			byNumber = byNumber || err == nil && n >= 1 && n <= len(first)
		}
	}
	if byNumber || len(first) == 1 && len(strings.Fields(first[0])) >= 4 {
		return false
	}
	for i, cell := range first {
		if isValue(strings.TrimSpace(cell), column(rest, i)) {
			return false
		}
	}
	return true
}

// column returns a column of records.
func column(records [][]string, i int) (values []string) {
	for _, r := range records {
		if i < len(r) {
			values = append(values, strings.TrimSpace(r[i]))
		}
	}
	return values
}

// isValue reports whether a cell is like the values below it.
func isValue(cell string, values []string) bool {
	if cell == "" || len(values) == 0 {
		return false
	}
	isNumber := func(s string) bool { _, err := strconv.ParseFloat(s, 64); return err == nil }
	if isNumber(cell) && !slices.ContainsFunc(values, func(v string) bool { return !isNumber(v) }) {
		return true
	}
	distinct := map[string]bool{}
	for _, v := range values {
		distinct[v] = true
	}
	return distinct[cell] && 2*len(distinct) <= len(values)+1
}

// numbers are the names of columns without names.
func numbers(n int) []string {
	names := make([]string, n)
	for i := range names {
		names[i] = strconv.Itoa(i + 1)
	}
	return names
}
