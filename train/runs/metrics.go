package runs

import (
	"bytes"
	"io"
	"math"
	"path"
	"slices"
	"strconv"

	"github.com/pkg/errors"

	"gorgpt/internal/regular"
	"gorgpt/train"
)

const (
	mostChunk   = 64 << 20 // bytes of metrics read at once
	mostColumns = 100      // measures of a table
	mostTables  = 20
)

// Metrics is a part of the metrics of a run. A Metrics is safe for concurrent use as long as nothing changes it.
type Metrics struct {
	Tables  []*Table `json:"tables"`
	From    int64    `json:"from"`    // the byte at which the part begins: that asked for, or 0 if the file has become shorter
	Next    int64    `json:"next"`    // the byte at which the next part begins
	More    bool     `json:"more"`    // there is a next part already
	Damaged int      `json:"damaged"` // lines that are not metrics
}

// Table holds all lines of one kind, those of updates or of an evaluation, as columns of equal length. A Table is safe for concurrent use
// as long as nothing changes it.
type Table struct {
	Kind    string   `json:"kind"` // the first measure of its lines, as in "loss"
	Steps   []int64  `json:"steps"`
	Names   []string `json:"names"` // of the columns
	Columns []Column `json:"columns"`
}

// Column returns the column of a measure, nil if there is none.
func (t *Table) Column(name string) Column {
	if i := slices.Index(t.Names, name); i >= 0 {
		return t.Columns[i]
	}
	return nil
}

// Column holds the values of a measure, NaN where a line has none. A Column is safe for concurrent use as long as nothing
// changes it.
type Column []float64

// MarshalJSON writes seven digits of each value, and null for those that are not finite.
func (c Column) MarshalJSON() ([]byte, error) {
	const digits = 7
	out := append(make([]byte, 0, 10*len(c)+2), '[')
	for i, x := range c {
		if i > 0 {
			out = append(out, ',')
		}
		if math.IsNaN(x) || math.IsInf(x, 0) {
			out = append(out, "null"...)
		} else {
			out = strconv.AppendFloat(out, x, 'g', digits, 64)
		}
	}
	return append(out, ']'), nil
}

// Metrics reads the complete lines of the metrics of a run from a byte on. The error of a run that has not begun to train is
// [fs.ErrNotExist].
func (f *Folder) Metrics(name string, from int64) (Metrics, error) {
	file, size, err := regular.OpenIn(f.root, path.Join(name, train.MetricsFileName), "the metrics of the run")
	if err != nil {
		return Metrics{}, err
	}
	defer file.Close() //nolint:errcheck // only read from
	if from < 0 || from > size {
		from = 0
	}
	data, err := io.ReadAll(io.NewSectionReader(file, from, min(size-from, mostChunk)))
	if err != nil {
		return Metrics{}, errors.Wrap(err, "reading metrics")
	}
	whole := bytes.LastIndexByte(data, '\n') + 1
	if whole == 0 && len(data) == mostChunk { // no line is that long
		whole = len(data)
	}
	m := parse(data[:whole])
	m.From, m.Next, m.More = from, from+int64(whole), len(data) == mostChunk
	return m, nil
}

// parse reads lines.
func parse(data []byte) Metrics {
	m, measures := Metrics{Tables: []*Table{}}, []measure(nil)
	for line := range bytes.Lines(data) {
		if line = bytes.TrimSpace(line); len(line) == 0 {
			continue
		}
		step, ok := int64(0), false
		if step, measures, ok = parseLine(line, measures[:0]); !ok || !m.add(step, measures) {
			m.Damaged++
		}
	}
	return m
}

// add adds a line to the table of its kind, and reports whether there is room.
func (m *Metrics) add(step int64, measures []measure) bool {
	i := slices.IndexFunc(m.Tables, func(t *Table) bool { return t.Kind == string(measures[0].name) })
	if i < 0 {
		if i = len(m.Tables); i == mostTables {
			return false
		}
		m.Tables = append(m.Tables, &Table{Kind: string(measures[0].name)})
	}
	t := m.Tables[i]
	t.Steps = append(t.Steps, step)
	for k, x := range measures {
		t.set(k, x)
	}
	for k, c := range t.Columns {
		if len(c) < len(t.Steps) {
			t.Columns[k] = append(c, math.NaN())
		}
	}
	return true
}

// set sets a value of the last line. at is where its column may be: most lines have the same measures in the same order.
func (t *Table) set(at int, x measure) {
	if at >= len(t.Names) || t.Names[at] != string(x.name) {
		if at = slices.Index(t.Names, string(x.name)); at < 0 {
			if len(t.Names) == mostColumns {
				return
			}
			at = len(t.Names)
			t.Names, t.Columns = append(t.Names, string(x.name)), append(t.Columns, slices.Repeat(Column{math.NaN()}, len(t.Steps)-1))
		}
	}
	if c := t.Columns[at]; len(c) < len(t.Steps) { // or else the line has it twice
		t.Columns[at] = append(c, x.value)
	}
}

// measure is a measure of a line.
type measure struct {
	name  []byte
	value float64
}

// parseLine reads a line as [train.Metrics] writes it: a JSON object that begins with the step and has one number or more, without blanks
// and escapes. Numbers that are not finite are quoted.
func parseLine(line []byte, measures []measure) (step int64, _ []measure, ok bool) {
	rest, ok := bytes.CutPrefix(line, []byte(`{"step":`))
	if !ok {
		return 0, measures, false
	}
	rest, ok = bytes.CutSuffix(rest, []byte("}"))
	text, rest, more := bytes.Cut(rest, []byte(","))
	step, err := strconv.ParseInt(string(text), 10, 64)
	if !ok || !more || err != nil || step < 0 {
		return 0, measures, false
	}
	for more {
		var m measure
		quote, name, value := []byte(nil), []byte(nil), []byte(nil)
		quote, rest, ok = bytes.Cut(rest, []byte(`"`))
		if len(quote) > 0 || !ok {
			return 0, measures, false
		}
		if name, rest, ok = bytes.Cut(rest, []byte(`":`)); !ok || len(name) == 0 || bytes.ContainsAny(name, "\"\\") {
			return 0, measures, false
		}
		value, rest, more = bytes.Cut(rest, []byte(","))
		m.name = name
		if m.value, ok = parseValue(value); !ok {
			return 0, measures, false
		}
		measures = append(measures, m)
	}
	return step, measures, true
}

// parseValue reads a number.
func parseValue(text []byte) (x float64, ok bool) {
	switch string(text) {
	case `"NaN"`:
		return math.NaN(), true
	case `"+Inf"`:
		return math.Inf(1), true
	case `"-Inf"`:
		return math.Inf(-1), true
	}
	if len(text) == 0 || !(text[0] == '-' || text[0] >= '0' && text[0] <= '9') || bytes.ContainsAny(text, "xXpPn_") {
		return 0, false
	}
	x, err := strconv.ParseFloat(string(text), 64)
	return x, err == nil
}
