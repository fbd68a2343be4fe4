package train

import (
	"bytes"
	"encoding/json"
	"io"
	"math"
	"os"
	"strconv"

	"github.com/pkg/errors"

	"gorgpt/internal/atomicfile"
	"gorgpt/internal/regular"
)

// Metrics writes one JSON object a line: for each update step, loss, lr,
// grad_norm, tokens (so far), tok_s and elapsed_s; for each evaluation step and
// what was measured. Timings apart, equal runs write equal lines.
// Metrics must not be used by several goroutines at once.
type Metrics struct{ W io.Writer }

// Updated writes the line of an update.
func (m Metrics) Updated(u Update) error {
	return m.line(u.Step, append([]Metric{
		{firstOfUpdate, u.Loss},
		{"lr", u.LR},
		{"grad_norm", u.GradNorm},
		{"tokens", float64(u.Tokens)},
		{"tok_s", round(u.TokS, 1)},
		{"elapsed_s", round(u.Elapsed.Seconds(), 3)},
	}, u.More...))
}

// firstOfUpdate is the first measure of an update, by which its lines are known.
const firstOfUpdate = "loss"

// Evaluated writes the line of an evaluation.
func (m Metrics) Evaluated(step int, metrics []Metric) error { return m.line(step, metrics) }

func (m Metrics) line(step int, metrics []Metric) error {
	b := strconv.AppendInt([]byte(`{"step":`), int64(step), 10)
	for _, x := range metrics {
		name, err := json.Marshal(x.Name)
		if err != nil {
			return errors.Wrap(err, "metrics")
		}
		value, err := json.Marshal(x.Value)
		if err != nil { // NaN and infinities have no JSON form
			value = []byte(strconv.Quote(strconv.FormatFloat(x.Value, 'g', -1, 64)))
		}
		b = append(append(append(append(b, ','), name...), ':'), value...)
	}
	_, err := m.W.Write(append(b, "}\n"...))
	return errors.Wrap(err, "writing metrics")
}

func round(x float64, digits int) float64 {
	f := math.Pow10(digits)
	return math.Round(x*f) / f
}

// MetricsFileName is the name of the file of a run folder that has its metrics.
const MetricsFileName = "metrics.jsonl"

// MetricsFile is the metrics.jsonl of a run folder, which only grows. A resumed run does
// some updates once more, with the same results; their lines are there already and are not
// written again.
// A MetricsFile must not be used by several goroutines at once.
type MetricsFile struct {
	metrics Metrics
	file    *os.File
	written map[string]int // the last step that has a line, for each kind of line
}

// OpenMetrics opens the metrics.jsonl of a run folder for appending, or begins it. Of a last
// line that was cut off when the run was killed, the rest is removed. All other lines stay,
// also those that are damaged.
func OpenMetrics(dir string) (*MetricsFile, error) {
	d, err := atomicfile.OpenDir(dir)
	if err != nil {
		return nil, errors.WithMessage(err, "run folder")
	}
	defer d.Close()
	f := &MetricsFile{written: map[string]int{}}
	if f.file, err = d.Append(MetricsFileName); err == nil { // it is no link
		err = f.file.Close()
	}
	if err != nil {
		return nil, err
	}
	data, err := regular.ReadFile(d.Path(MetricsFileName), "metrics", math.MaxInt64-1)
	if err != nil {
		return nil, err
	}
	// The file is replaced: in a copy of a run folder, it may be a hard link to the original.
	if err := d.WriteFile(MetricsFileName, f.mend(data)); err != nil {
		return nil, err
	}
	if f.file, err = d.Append(MetricsFileName); err != nil {
		return nil, err
	}
	f.metrics = Metrics{f.file}
	return f, nil
}

// mend notes what is written, and ends the last line or removes it.
func (f *MetricsFile) mend(data []byte) []byte {
	for line := range bytes.Lines(data) {
		if step, kind, ok := kindOf(bytes.TrimSuffix(line, []byte("\n"))); ok {
			f.written[kind] = max(f.written[kind], step)
		}
	}
	end := bytes.LastIndexByte(data, '\n') + 1
	if last := data[end:]; len(last) > 0 {
		if _, _, whole := kindOf(last); whole {
			return append(data, '\n')
		}
	}
	return data[:end]
}

// kindOf is what a line is of: its step, and the name of its first measure.
func kindOf(line []byte) (step int, kind string, ok bool) {
	var all map[string]json.RawMessage
	if json.Unmarshal(line, &all) != nil {
		return 0, "", false
	}
	rest, found := bytes.CutPrefix(line, []byte(`{"step":`))
	number, rest, _ := bytes.Cut(rest, []byte(`,"`))
	name, _, _ := bytes.Cut(rest, []byte(`"`))
	step, err := strconv.Atoi(string(number))
	return step, string(name), found && err == nil && len(name) > 0
}

// Updated writes the line of an update, unless it is there.
func (f *MetricsFile) Updated(u Update) error {
	return f.once(u.Step, firstOfUpdate, func() error { return f.metrics.Updated(u) })
}

// Evaluated writes the line of an evaluation, unless it is there.
func (f *MetricsFile) Evaluated(step int, metrics []Metric) error {
	return f.once(step, metrics[0].Name, func() error { return f.metrics.Evaluated(step, metrics) })
}

func (f *MetricsFile) once(step int, kind string, write func() error) error {
	if step <= f.written[kind] {
		return nil
	}
	f.written[kind] = step
	return write()
}

// Sync makes the lines survive a power cut.
func (f *MetricsFile) Sync() error { return errors.Wrap(f.file.Sync(), MetricsFileName) }

// Close ends the file.
func (f *MetricsFile) Close() error { return errors.Wrap(f.file.Close(), MetricsFileName) }
