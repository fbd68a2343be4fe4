package runs

import (
	"bytes"
	"encoding/json"
	"io/fs"
	"math"
	"os"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/pkg/errors"

	"gorgpt/internal/regular"
	"gorgpt/train"
)

// Bounds of what is read.
const (
	mostDepth   = 5       // folders below each other
	mostEntries = 20_000  // files and folders looked at
	mostRuns    = 1000    // runs listed
	mostBytes   = 4 << 20 // of run.json and report.json
	mostSample  = 64 << 10
	mostSamples = 50 // the last ones
)

// Folder is a folder with runs below it. A Folder is safe for concurrent use.
type Folder struct{ root *os.Root }

// Run is what a run says of itself. A Run is safe for concurrent use as long as nothing changes it.
type Run struct {
	Name       string // its path below the folder, with slashes; ".": the folder itself
	Command    string // "train" or "finetune"
	Completed  bool
	Parameters int
	Settings   map[string]string // as JSON, by name
	Facts      map[string]string // about the text or the rows; as JSON, by name, with dots between nested names
	Uniform    float64           // loss of a guess among all tokens, in nats; 0: unknown, or the loss is that of a fine-tuning
	Unigram    float64           // loss of the frequencies of tokens, in nats; 0: unknown
	Changed    time.Time         // the last time that metrics were written
	Err        error             // why the rest is not known
}

// Open opens a folder.
func Open(dir string) (*Folder, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, errors.Wrap(err, "opening the folder of runs")
	}
	return &Folder{root}, nil
}

// Close closes the folder.
func (f *Folder) Close() error { return f.root.Close() }

// List returns all runs below the folder, sorted by name. more reports whether there are too many files to look at all.
func (f *Folder) List() (all []Run, more bool, err error) {
	entries := 0
	err = fs.WalkDir(f.root.FS(), ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil && name == ".":
			return err
		case err != nil: // it went away, or may not be read
			return nil
		}
		if entries++; entries > mostEntries || len(all) == mostRuns {
			more = true
			return fs.SkipAll
		}
		if !d.IsDir() {
			return nil
		}
		if _, err := f.root.Lstat(path.Join(name, train.RecordFile)); err == nil {
			all = append(all, f.Read(name))
			return fs.SkipDir // its checkpoints have records, too
		}
		if strings.Count(name, "/")+1 >= mostDepth {
			return fs.SkipDir
		}
		return nil
	})
	slices.SortFunc(all, func(a, b Run) int { return strings.Compare(a.Name, b.Name) })
	return all, more, errors.Wrap(err, "looking for runs")
}

// Read reads a run. What is wrong with it is its Err.
func (f *Folder) Read(name string) Run {
	r := Run{Name: name}
	if info, err := f.root.Stat(path.Join(name, train.MetricsFileName)); err == nil {
		r.Changed = info.ModTime()
	}
	data, err := f.file(name, train.RecordFile, mostBytes)
	if err != nil {
		r.Err = err
		return r
	}
	var record struct {
		Command    string
		Completed  bool
		Settings   map[string]any
		Data       map[string]any
		Parameters int
	}
	if err := decode(data, &record); err != nil {
		r.Err = errors.Wrap(err, train.RecordFile)
		return r
	}
	r.Command, r.Completed, r.Parameters = record.Command, record.Completed, record.Parameters
	delete(record.Settings, "derived") // it names settings and is none
	r.Settings, r.Facts = flat(record.Settings), flat(record.Data)
	var config struct {
		Vocab int `json:"vocab_size"`
	}
	if data, err := f.file(name, "config.json", mostBytes); err == nil && r.Command == "train" && decode(data, &config) == nil && config.Vocab > 0 {
		r.Uniform = math.Log(float64(config.Vocab))
	}
	if ppl, ok := record.Data["unigram_ppl"].(json.Number); ok {
		if x, err := ppl.Float64(); err == nil && x > 0 {
			r.Unigram = math.Log(x)
		}
	}
	return r
}

// decode reads JSON and keeps numbers as they are written.
func decode(data []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	return d.Decode(into)
}

// flat joins the names of nested objects by dots.
func flat(in map[string]any) map[string]string {
	out := map[string]string{}
	var add func(prefix string, in map[string]any)
	add = func(prefix string, in map[string]any) {
		for key, v := range in {
			if inner, ok := v.(map[string]any); ok {
				add(prefix+key+".", inner)
				continue
			}
			if s, ok := v.(string); ok {
				out[prefix+key] = s
			} else if text, err := json.Marshal(v); err == nil {
				out[prefix+key] = string(text)
			}
		}
	}
	add("", in)
	return out
}

// file reads a file of a run.
func (f *Folder) file(name, file string, most int64) ([]byte, error) {
	return regular.ReadFileIn(f.root, path.Join(name, file), "a file of the run", most)
}

// Report is what a fine-tuning found, and what a pre-training wrote. A Report is safe for concurrent use as long as nothing
// changes it.
type Report struct {
	Sets    []Set    `json:"sets"`
	Samples []Sample `json:"samples"` // in order
}

// Sample is a text that a pre-training wrote after an update. A Sample is safe for concurrent use.
type Sample struct {
	Step int    `json:"step"` // 0: at its end
	Text string `json:"text"`
}

// Set holds the results on a set of rows. A Set is safe for concurrent use as long as nothing changes it.
type Set struct {
	Set      string    `json:"set"`
	Rows     int       `json:"rows"`
	Measures []Measure `json:"measures"`
	Classes  []Class   `json:"classes"`
}

// Measure is a measure of a set, with its 95 % interval and that of a blind prediction. A Measure is safe for concurrent use.
type Measure struct {
	Name     string  `json:"name"`
	Value    float64 `json:"value"`
	Low      float64 `json:"low"`
	High     float64 `json:"high"`
	Baseline float64 `json:"baseline"`
}

// Class is a label of a set. A Class is safe for concurrent use.
type Class struct {
	Label     string  `json:"label"`
	Precision float64 `json:"precision"`
	Recall    float64 `json:"recall"`
	F1        float64 `json:"f1"`
	Support   int     `json:"support"`
	Predicted int     `json:"predicted"`
}

// Report reads the results of a run; those that it does not have are empty.
func (f *Folder) Report(name string) (Report, error) {
	var r Report
	data, err := f.file(name, "report.json", mostBytes)
	if err == nil {
		err = errors.Wrap(json.Unmarshal(data, &r), "report.json")
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return Report{}, err
	}
	r.Samples = f.samples(name)
	return r, nil
}

// samples reads the texts that a pre-training wrote. Those that cannot be read are left out.
func (f *Folder) samples(name string) (all []Sample) {
	add := func(step int, file string) {
		if text, err := f.file(name, file, mostSample); err == nil {
			all = append(all, Sample{step, strings.ToValidUTF8(string(text), "\uFFFD")})
		}
	}
	entries, err := fs.ReadDir(f.root.FS(), path.Join(name, train.SamplesFolder)) // in the order of their names, which is that of the updates
	if err == nil {
		for _, e := range entries[max(0, len(entries)-mostSamples):] {
			digits, found := strings.CutPrefix(strings.TrimSuffix(e.Name(), ".txt"), "step-")
			if step, err := strconv.Atoi(digits); err == nil && found && step > 0 {
				add(step, path.Join(train.SamplesFolder, e.Name()))
			}
		}
	}
	add(0, "sample.txt")
	return all
}
