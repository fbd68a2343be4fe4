package train

import (
	"bytes"
	"encoding/json"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/pkg/errors"

	"gorgpt/checkpoint"
	"gorgpt/dist"
	"gorgpt/internal/atomicfile"
	"gorgpt/internal/regular"
)

// RecordFile is the file in a run folder that contains everything needed to repeat the run.
const RecordFile = "run.json"

// RecordFormat is the format of run.json that this program writes. It also reads all earlier ones.
//
//	1  a batch was cut into few parts, each added to the gradients of those before
//	2  the parts of a small model have gradients apart, which are added up; see [graph.Lanes]
//
// A run keeps the format with which it began, so that its record shows in which order its sums were
// computed. Sums in another order round differently.
const RecordFormat = 2

// Record is the content of run.json.
// A Record is safe for concurrent use as long as nothing changes it.
type Record struct {
	Format     int             `json:"format"` // see [RecordFormat]; 0: older than format numbers
	Command    string          `json:"command"`
	Completed  bool            `json:"completed"` // the run has ended and written all files
	Settings   json.RawMessage `json:"settings"`  // resolved
	Keeping    Housekeeping    `json:"upkeep"`
	Facts      json.RawMessage `json:"data"` // about the text or the rows; a resumed run must find the same
	Parameters int             `json:"parameters"`

	// Kept is the update whose weights a completed run has, if that is not the last update of its settings
	// because [Options.Patience] ended the run or an earlier evaluation was better. 0: the last one.
	Kept int `json:"kept_update,omitempty"`

	unknown string // a key that this program does not know; "": none
}

// recordKeys are all keys that a record may have. The key data was once called corpus.
var recordKeys = []string{"format", "command", "completed", "settings", "upkeep", "data", "parameters", "kept_update", "corpus"}

// UnmarshalJSON decodes a record and remembers an unknown key.
func (r *Record) UnmarshalJSON(data []byte) error {
	type plain Record
	if err := json.Unmarshal(data, (*plain)(r)); err != nil {
		return err
	}
	var keys map[string]json.RawMessage
	if err := json.Unmarshal(data, &keys); err != nil {
		return err
	}
	for _, key := range slices.Sorted(maps.Keys(keys)) {
		if !slices.Contains(recordKeys, key) {
			r.unknown = key
		}
	}
	return nil
}

// NewRecord returns the record of a new run.
func NewRecord(command string, settings any, keeping Housekeeping, facts any, parameters int) (*Record, error) {
	r := &Record{Format: RecordFormat, Command: command, Keeping: keeping, Parameters: parameters}
	for _, part := range []struct {
		value any
		into  *json.RawMessage
	}{{settings, &r.Settings}, {facts, &r.Facts}} {
		data, err := json.Marshal(part.value)
		if err != nil {
			return nil, errors.Wrap(err, RecordFile)
		}
		*part.into = data
	}
	return r, nil
}

// ReadRecord reads the record of a run folder.
func ReadRecord(dir string) (*Record, error) {
	path := filepath.Join(dir, RecordFile)
	data, err := regular.ReadFile(path, "the settings of the run", largestRecord)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, noRecord(dir)
	case err != nil:
		return nil, err
	}
	r := &Record{}
	if err := json.Unmarshal(data, r); err != nil {
		return r, errors.Wrap(err, path)
	}
	return r, checkpoint.CheckFormat(path, r.Format, RecordFormat)
}

// largestRecord is the maximum size of a run.json in bytes.
const largestRecord = 16 << 20

// noRecord returns the error for a folder without a record. If the folder contains runs that can
// be resumed, the error names one.
func noRecord(dir string) error {
	name := "the folder of a run"
	entries, _ := os.ReadDir(dir) // for the message only
	for _, e := range entries {
		if seed := filepath.Join(dir, e.Name()); e.IsDir() && strings.HasPrefix(e.Name(), "seed-") {
			if r, err := ReadRecord(seed); err == nil && !r.Completed {
				name = "one of the runs there, such as " + seed
				break
			}
		}
	}
	return BadOption("%s has no %s, so it does not contain a run: set {Resume} to %s, or omit it to start a new run", dir, RecordFile, name)
}

// check returns an error if this program cannot have written the record.
func (r *Record) check() error {
	if r.unknown != "" {
		return errors.Errorf("unknown key %q: was the file written by a newer version of this program?", r.unknown)
	}
	if r.Command != "train" && r.Command != "finetune" {
		return errors.Errorf("the command must be train or finetune, not %q", r.Command)
	}
	var settings map[string]json.RawMessage
	if err := json.Unmarshal(r.Settings, &settings); err != nil {
		return errors.Wrap(err, "settings")
	}
	for _, key := range []string{"steps", "batch", "lr", "seed"} {
		if settings[key] == nil {
			return errors.Errorf("the settings lack %s", key)
		}
	}
	if r.Facts == nil {
		return nil // from an earlier version; it cannot be resumed, because the data is compared
	}
	var facts map[string]json.RawMessage
	return errors.Wrap(json.Unmarshal(r.Facts, &facts), "data")
}

// ownRecord returns the record of the run in a folder, or nil if the folder has no run.json. It
// returns an error if the run.json is not the record of a run.
func ownRecord(dir string) (*Record, error) {
	path := filepath.Join(dir, RecordFile)
	info, err := os.Lstat(path)
	switch {
	case os.IsNotExist(err):
		return nil, nil
	case err == nil && !info.Mode().IsRegular():
		return nil, atomicfile.NotOwn(path, info)
	}
	r, err := ReadRecord(dir)
	if err == nil {
		err = errors.WithMessage(r.check(), path)
	}
	return r, InOption("Out", errors.WithMessage(err, "the folder has a file that is not the record of a run"))
}

// reopenRecord marks the run in a folder as not completed, if it was.
func reopenRecord(dir string) error {
	r, err := ReadRecord(dir)
	if err != nil || !r.Completed {
		return err
	}
	r.Completed, r.Kept = false, 0
	return r.write(dir)
}

// Matches returns an error if the data differs from the data in the earlier record of the same
// run, and takes over its format. A nil record always matches.
func (r *Record) Matches(earlier *Record) error {
	if earlier == nil {
		return nil
	}
	var old bytes.Buffer
	if err := json.Compact(&old, earlier.Facts); err != nil {
		return errors.Wrap(err, RecordFile)
	}
	if !sameFacts(old.Bytes(), r.Facts) {
		return BadOption("{Resume}: the data has changed since the run began, from %s to %s: restore it, or start a new run", old.Bytes(), r.Facts)
	}
	r.Format = earlier.Format
	return nil
}

// Same returns an error unless all ranks found the same data.
func (r *Record) Same(g *dist.Group) error {
	return g.SameObject("data", r.Facts)
}

// write replaces the record of a run folder.
func (r *Record) write(dir string) error {
	data, err := r.json()
	if err != nil {
		return err
	}
	return atomicfile.WriteFile(filepath.Join(dir, RecordFile), data)
}

func (r *Record) json() ([]byte, error) {
	data, err := json.MarshalIndent(r, "", "  ")
	return append(data, '\n'), errors.Wrap(err, RecordFile)
}

// Latest returns the folder in [Runs] of the command's run that was written to last.
func Latest(command string) (string, error) {
	entries, err := os.ReadDir(Runs)
	if err != nil && !os.IsNotExist(err) {
		return "", InOption("Resume", err)
	}
	latest, at := "", time.Time{}
	for _, entry := range entries {
		dir := filepath.Join(Runs, entry.Name())
		r, err := ReadRecord(dir)
		if err != nil || r.Command != command {
			continue
		}
		for _, name := range []string{RecordFile, MetricsFileName} {
			if info, err := os.Stat(filepath.Join(dir, name)); err == nil && info.ModTime().After(at) {
				latest, at = dir, info.ModTime()
			}
		}
	}
	if latest == "" {
		return "", BadOption("{Resume} latest: there is no run of this command in %s/: name its folder, or omit {Resume} to start a new run", Runs)
	}
	return latest, nil
}

// wrapped breaks a JSON object after commas into lines of at most 80 characters.
func wrapped(object []byte) string {
	var out strings.Builder
	width := 0
	for _, part := range strings.SplitAfter(string(object), ",") {
		if width > 0 && width+len(part) > 80 {
			out.WriteByte('\n')
			width = 0
		}
		out.WriteString(part)
		width += len(part)
	}
	return out.String()
}
