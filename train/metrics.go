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

// Metrics writes one JSON object per line. The line of an update has step, loss, lr, grad_norm,
// tokens (so far), tok_s and elapsed_s. The line of an evaluation has step and the measures. Equal
// runs write equal lines, apart from times.
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

// firstOfUpdate is the first measure of an update. It identifies the lines of updates.
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

// MetricsFileName is the name of the file with the metrics in a run folder.
const MetricsFileName = "metrics.jsonl"

// MetricsFile is the metrics.jsonl of a run folder, which only grows. A resumed run may repeat
// some updates, with the same results. It does not write their lines again.
// A MetricsFile must not be used by several goroutines at once.
type MetricsFile struct {
	metrics Metrics
	file    *os.File
	written map[string]int // the last step with a line, for each kind of line
}

// OpenMetrics opens the metrics.jsonl of a run folder for appending, or creates it. If the last
// line is incomplete because the run was killed, OpenMetrics removes it. It keeps all other
// lines, even damaged ones.
func OpenMetrics(dir string) (*MetricsFile, error) {
	d, err := atomicfile.OpenDir(dir)
	if err != nil {
		return nil, errors.WithMessage(err, "run folder")
	}
	defer d.Close()
	f := &MetricsFile{written: map[string]int{}}
	if f.file, err = d.Append(MetricsFileName); err == nil { // it is not a link
		err = f.file.Close()
	}
	if err != nil {
		return nil, err
	}
	data, err := regular.ReadFile(d.Path(MetricsFileName), "metrics", math.MaxInt64-1)
	if err != nil {
		return nil, err
	}
	// Replace the file: in a copy of a run folder, it may be a hard link to the original.
	if err := d.WriteFile(MetricsFileName, f.mend(data)); err != nil {
		return nil, err
	}
	if f.file, err = d.Append(MetricsFileName); err != nil {
		return nil, err
	}
	f.metrics = Metrics{f.file}
	return f, nil
}

// mend records the lines that exist. It ends the last line with a newline, or removes it if it is
// incomplete.
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

// kindOf returns the step of a line and the name of its first measure.
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

// Updated writes the line of an update, unless the file has it.
func (f *MetricsFile) Updated(u Update) error {
	return f.once(u.Step, firstOfUpdate, func() error { return f.metrics.Updated(u) })
}

// Evaluated writes the line of an evaluation, unless the file has it.
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

// Sync flushes the lines to the disk, so that they survive a power failure.
func (f *MetricsFile) Sync() error { return errors.Wrap(f.file.Sync(), MetricsFileName) }

// Close closes the file.
func (f *MetricsFile) Close() error { return errors.Wrap(f.file.Close(), MetricsFileName) }
