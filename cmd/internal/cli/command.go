package cli

import (
	"bytes"
	"encoding/json"
	"flag"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"github.com/pkg/errors"

	"gorgpt/dist"
	"gorgpt/internal/jsondiff"
	"gorgpt/internal/regular"
	"gorgpt/train"
)

// Command is how a command that trains gets its settings S.
type Command[S any] struct {
	Group    *dist.Group // the ranks that get the same settings
	Name     string      // as run.json has it
	Usage    string
	Instead  string                          // where things go that are no flags
	Defaults func(preset string) (*S, error) // "" if none was named
	Flags    func(*S) *flag.FlagSet          // with what S holds as defaults
	Options  func(*S) *train.Options         // that S has in common with other runs
}

// Settle reads a command line: the defaults of the preset, over them the file of -config,
// and over that the flags. With -resume, the settings are those that the run began with,
// and flags can change no more than how it is looked after.
func (c Command[S]) Settle(args []string, help io.Writer) (*S, Given, error) {
	first, err := c.Defaults("")
	if err != nil {
		return nil, nil, err
	}
	fs := c.Flags(first)
	given, err := Parse(fs, args, c.Usage, c.Instead, help)
	if err != nil {
		return nil, nil, err
	}
	options := c.Options(first)
	if given.Flag("resume") {
		return c.resume(options, args, given)
	}
	var file []setting
	if given.Flag("config") {
		if file, err = readConfig(options.Config, fs); err != nil {
			return nil, nil, err
		}
	}
	preset := ""
	for _, s := range file {
		if s.name == "preset" {
			preset = s.values[0]
		}
	}
	if given.Flag("preset") {
		preset = fs.Lookup("preset").Value.String()
	}
	s, err := c.Defaults(preset)
	if err != nil {
		return nil, nil, err
	}
	for _, x := range file {
		// A flag set of its own for each: a list in the file begins anew.
		if err := x.apply(c.Flags(s), options.Config); err != nil {
			return nil, nil, err
		}
		if !given.Any(x.name) {
			given[x.name] = false
		}
	}
	_, err = Parse(c.Flags(s), args, c.Usage, c.Instead, help)
	return s, given, err
}

// resume takes the settings of the run that the options name.
func (c Command[S]) resume(o *train.Options, args []string, given Given) (*S, Given, error) {
	for _, name := range []string{"config", "out", "force", "dry-run", "dot", "prepare", "controls", "seeds", "eval", "predict"} {
		if given.Flag(name) && !(name == "out" && filepath.Clean(o.Out) == filepath.Clean(o.Resume)) {
			return nil, nil, errors.Errorf("-resume uses the folder and the settings of the run: it cannot be combined with -%s", name)
		}
	}
	run, err := c.record(o.Resume)
	if err != nil {
		return nil, nil, err
	}
	s, before, err := c.began(run)
	if err != nil {
		return nil, nil, errors.WithMessagef(err, "-resume: %s", filepath.Join(run.Dir, train.RecordFile))
	}
	if _, err := Parse(c.Flags(s), args, c.Usage, c.Instead, io.Discard); err != nil {
		return nil, nil, err
	}
	after, err := json.Marshal(s)
	if err != nil {
		return nil, nil, errors.Wrap(err, "-resume")
	}
	if err := unchanged(before, after); err != nil {
		return nil, nil, err
	}
	c.Options(s).Resume = filepath.Clean(run.Dir)
	// What was resolved when the run began is not to be resolved or checked once more.
	for name := range given {
		if !slices.Contains([]string{"log-every", "save-every", "keep", "sample-every", "history"}, name) {
			delete(given, name)
		}
	}
	return s, given, nil
}

// run is one that is to be resumed.
type run struct {
	Dir    string
	Record *train.Record
	Began  *train.Record // as its newest checkpoint has it; nil: there is none
}

// record finds the run in dir, and the folder if that is "latest"; only rank 0 looks.
func (c Command[S]) record(dir string) (found run, err error) {
	data, err := c.Group.Once(func() ([]byte, error) {
		found.Dir = dir
		var err error
		if dir == "latest" {
			if found.Dir, err = train.Latest(c.Name); err != nil {
				return nil, err
			}
		}
		if found.Record, found.Began, err = train.ReadRun(filepath.Clean(found.Dir), c.Name); err != nil {
			return nil, errors.WithMessage(err, "-resume")
		}
		return json.Marshal(found)
	})
	if err != nil {
		return run{}, err
	}
	return found, errors.Wrap(json.Unmarshal(data, &found), "-resume")
}

// began are the settings that a run began with, also as JSON. It is an error if its record has
// been edited since: the newest checkpoint has a copy. Both are compared as this program reads
// them, as an earlier one may have left settings out.
func (c Command[S]) began(r run) (*S, []byte, error) {
	s, err := c.stored(r.Record)
	if err != nil {
		return nil, nil, err
	}
	now, err := json.Marshal(s)
	if err != nil || r.Began == nil {
		return s, now, errors.Wrap(err, "settings")
	}
	if err := r.Record.Began(r.Began); err != nil {
		return nil, nil, err
	}
	old, err := c.stored(r.Began)
	if err != nil {
		return nil, nil, errors.WithMessage(err, "the copy in the newest checkpoint")
	}
	was, err := json.Marshal(old)
	if err != nil {
		return nil, nil, errors.Wrap(err, "settings")
	}
	key, before, after, err := jsondiff.First(was, now)
	if err == nil {
		err = train.Edited(key, before, after)
	}
	return s, now, err
}

// stored are the settings of a record.
func (c Command[S]) stored(r *train.Record) (*S, error) {
	var shape struct{ Preset string }
	if err := json.Unmarshal(r.Settings, &shape); err != nil {
		return nil, errors.Wrap(err, "settings")
	}
	s, err := c.Defaults(shape.Preset)
	if err != nil {
		return nil, err
	}
	c.Options(s).Epochs = 0 // left out of a record when there are none
	in := json.NewDecoder(bytes.NewReader(r.Settings))
	in.DisallowUnknownFields()
	if err := in.Decode(s); err != nil {
		return nil, errors.Wrap(err, "settings")
	}
	c.Options(s).Housekeeping = r.Keeping
	return s, nil
}

// unchanged names the first setting that two JSON objects have differently.
func unchanged(before, after []byte) error {
	key, was, now, err := jsondiff.First(before, after)
	if err != nil {
		return errors.Wrap(err, "-resume")
	}
	if key == "" {
		return nil
	}
	return errors.Errorf("-resume: -%s is %s, but the run began with %s: leave it out, or begin a new run with -config and -out",
		flagName(key), now, was)
}

// flagName is the flag of a key of run.json.
func flagName(key string) string { return strings.ReplaceAll(key, "_", "-") }

// List is a flag that may be repeated. The first use replaces what the list had.
type List struct {
	Values *[]string
	set    bool
}

// String is for package flag.
func (l *List) String() string {
	if l.Values == nil {
		return ""
	}
	return strings.Join(*l.Values, " ")
}

// Set adds a value.
func (l *List) Set(v string) error {
	if !l.set {
		*l.Values, l.set = nil, true
	}
	*l.Values = append(*l.Values, v)
	return nil
}

// readFile reads a small file that a flag names.
func readFile(flagName, path string) ([]byte, error) {
	data, err := regular.ReadFile(path, "settings", 16<<20)
	return data, errors.Wrap(err, flagName)
}
