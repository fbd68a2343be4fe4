package train

import (
	"encoding/json"
	"io"
	"math"
	"os"
	"path/filepath"
	"strconv"

	"github.com/pkg/errors"
)

// Metrics writes one JSON object a line: for each update step, loss, lr,
// grad_norm, tokens (so far), tok_s and elapsed_s; for each evaluation step and
// what was measured. Timings apart, equal runs write equal lines.
type Metrics struct{ W io.Writer }

// MetricsFile is the metrics.jsonl of a run folder, open for writing.
type MetricsFile struct {
	Metrics
	file *os.File
}

// CreateMetrics begins the metrics.jsonl of a run folder.
func CreateMetrics(dir string) (*MetricsFile, error) {
	file, err := os.Create(filepath.Join(dir, "metrics.jsonl"))
	if err != nil {
		return nil, errors.Wrap(err, "run folder")
	}
	return &MetricsFile{Metrics{file}, file}, nil
}

// Close ends the file.
func (f *MetricsFile) Close() error { return errors.Wrap(f.file.Close(), "metrics.jsonl") }

// Updated writes the line of an update.
func (m Metrics) Updated(u Update) error {
	return m.line(u.Step, append([]Metric{
		{"loss", u.Loss},
		{"lr", u.LR},
		{"grad_norm", u.GradNorm},
		{"tokens", float64(u.Tokens)},
		{"tok_s", round(u.TokS, 1)},
		{"elapsed_s", round(u.Elapsed.Seconds(), 3)},
	}, u.More...))
}

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
