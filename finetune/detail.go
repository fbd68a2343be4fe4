package finetune

import (
	"bytes"
	"encoding/json"
	"io"
	"path/filepath"
	"regexp"
	"slices"

	"github.com/pkg/errors"

	"gorgpt/checkpoint"
	"gorgpt/heads"
	"gorgpt/internal/regular"
	"gorgpt/score"
)

// ReportFile is the file of a run folder that holds the [Report] of each set.
const ReportFile = "report.json"

// reportFormat is the format of report.json.
const reportFormat = 1

// Report says how good the predictions for a labelled set are.
// A Report is safe for concurrent use as long as nothing changes it.
type Report struct {
	Set      string     `json:"set"`
	Task     heads.Kind `json:"task"`
	Rows     int        `json:"rows"`
	Measures []Measure  `json:"measures"`
	Baseline struct {
		Prediction string `json:"prediction"` // the label, or the score, that is always predicted
		What       string `json:"what"`       // what it is, in words
	} `json:"baseline"`
	NeverPredicted []string `json:"never_predicted"` // labels that the model predicted for no row
	heads.Details
	Parts     []ReportPart `json:"parts,omitempty"` // empty unless the set has several
	Seed      int64        `json:"seed"`            // of the intervals
	Resamples int          `json:"resamples"`       // that the intervals come from
}

// ReportPart holds the measures of a part of a set.
// A ReportPart is safe for concurrent use as long as nothing changes it.
type ReportPart struct {
	Name     string             `json:"name"`
	Rows     int                `json:"rows"`
	Measures map[string]float64 `json:"measures"`
}

// Measure is a measure of the model and of the baseline on a set. The model's has a 95 % interval.
// A Measure is safe for concurrent use.
type Measure struct {
	Name     string  `json:"name"`
	Value    float64 `json:"value"`
	Low      float64 `json:"low"`
	High     float64 `json:"high"`
	Baseline float64 `json:"baseline"`
}

// Report measures the predictions for the set of that name. The seed determines which examples the
// bootstrap of the intervals draws. The report is nil if the rows have no labels.
func (o *Outcome) Report(set string, seed int64) *Report {
	if !o.labelled() {
		return nil
	}
	n := len(o.gold)
	r := &Report{
		Set: set, Task: o.spec.Task, Rows: n, NeverPredicted: []string{}, Details: o.judge.Details(o.gold, o.logits),
		Seed: seed, Resamples: score.Resamples(n),
	}
	if o.shifted {
		r.Calibration = nil
	}
	r.Baseline.Prediction, r.Baseline.What = o.judge.Blind()
	all := make([]int, n)
	for i := range all {
		all[i] = i
	}
	measures, _ := r.Measure(all)
	intervals := score.Bootstrap(n, uint64(seed), func(at []int) []float64 {
		drawn, f1 := r.Measure(at)
		values := make([]float64, len(drawn), len(drawn)+len(f1))
		for i, m := range drawn {
			values[i] = m.Value
		}
		return append(values, f1...)
	})
	for i, m := range measures {
		r.Measures = append(r.Measures, Measure{m.Name, m.Value, intervals[i].Low, intervals[i].High, r.Blind[i].Value})
	}
	for k := range r.Classes {
		r.Classes[k].F1Low, r.Classes[k].F1High = intervals[len(measures)+k].Low, intervals[len(measures)+k].High
	}
	for i, name := range o.partNames {
		part := ReportPart{name, len(o.partRows[i]), map[string]float64{}}
		of, _ := r.Measure(o.partRows[i])
		for _, m := range of {
			part.Measures[m.Name] = m.Value
		}
		r.Parts = append(r.Parts, part)
	}
	for _, c := range r.Classes {
		if c.Predicted == 0 {
			r.NeverPredicted = append(r.NeverPredicted, c.Label)
		}
	}
	return r
}

// ReadReports reads the report.json of a folder. If there is no such file, the error is [os.ErrNotExist].
func ReadReports(dir string) ([]*Report, error) {
	path := filepath.Join(dir, ReportFile)
	data, err := regular.ReadFile(path, "the report of the run", 64<<20)
	if err != nil {
		return nil, err
	}
	reports, err := parseReports(data)
	return reports, errors.WithMessage(err, path)
}

// parseReports reads what [WriteReports] writes.
func parseReports(data []byte) ([]*Report, error) {
	var file struct {
		Format int
		Sets   []*Report
	}
	if err := json.Unmarshal(data, &file); err != nil {
		return nil, err
	}
	for i, r := range file.Sets {
		k := 0
		if r != nil {
			k = len(r.Classes)
		}
		other := func(row []int) bool { return len(row) != k }
		if r == nil || len(r.Confusion) != 0 && (len(r.Confusion) != k || slices.ContainsFunc(r.Confusion, other)) {
			return nil, errors.Errorf("set %d is not a report: confusion must have a row and a column for each of its %d classes", i, k)
		}
	}
	return file.Sets, checkpoint.CheckFormat("the report", file.Format, reportFormat)
}

// matrixRow matches a row of a matrix of counts. Strings have no line breaks.
var matrixRow = regexp.MustCompile(`\[\n[\s\d,]+\]`)

// WriteReports writes the content of report.json: a JSON object whose "sets" are the reports.
func WriteReports(w io.Writer, reports ...*Report) error {
	var text bytes.Buffer
	out := json.NewEncoder(&text)
	out.SetEscapeHTML(false)
	out.SetIndent("", "  ")
	err := out.Encode(struct {
		Format int       `json:"format"`
		Sets   []*Report `json:"sets"`
	}{reportFormat, reports})
	if err == nil {
		_, err = w.Write(matrixRow.ReplaceAllFunc(text.Bytes(), func(row []byte) []byte {
			return bytes.ReplaceAll(bytes.Join(bytes.Fields(row), nil), []byte(","), []byte(", "))
		}))
	}
	return errors.Wrap(err, "writing "+ReportFile)
}
