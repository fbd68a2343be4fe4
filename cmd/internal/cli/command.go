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

// Command describes a command that trains, with settings of type S.
type Command[S any] struct {
	Group    *dist.Group // the ranks, which all get the same settings
	Name     string      // the command's name in run.json
	Usage    string
	Instead  string                          // advice in the error for an argument that is not a flag
	Defaults func(preset string) (*S, error) // preset is "" if none was named
	From     func(*S) (*S, error)            // defaults that follow from settings, if no preset was named; nil: none
	Flags    func(*S) *flag.FlagSet          // flags whose defaults are the values in S
	Options  func(*S) *train.Options         // the part of S that all runs share

	// Extend returns the settings that continue a completed run. more has the flags over the settings of
	// the run. It is nil if runs of the command cannot be extended.
	Extend func(done, more *S, given Given) (*S, error)
}

// extension are the settings in which an extended run differs from the run before.
var extension = []string{"steps", "epochs", "lr", "warmup", "schedule", "stages", "derived"}

// Settle reads a command line. Flags override the file of -config, and the file overrides the
// defaults of the preset. With -resume, the settings are those that the run began with, and flags
// can change only [train.Housekeeping].
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
	derived := ""
	if given.Flag("config") {
		conf, err := readConfig(options.Config, fs)
		if err != nil {
			return nil, nil, err
		}
		if file, derived = conf.settings, conf.derived; given.changed() {
			file, derived = conf.fixed(), ""
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
	over := func(s *S) error {
		for _, x := range file {
			// A new flag set for each setting: a list in the file replaces the default list.
			if err := x.apply(c.Flags(s), options.Config); err != nil {
				return err
			}
			if !given.Any(x.name) {
				given[x.name] = false
			}
		}
		c.Options(s).Derived = derived
		_, err := Parse(c.Flags(s), args, c.Usage, c.Instead, help)
		return err
	}
	err = over(s)
	if preset == "" && c.From != nil && err == nil {
		if s, err = c.From(s); err == nil {
			err = over(s)
		}
	}
	return s, given, err
}

// resume reads the settings of the run that the options name.
func (c Command[S]) resume(o *train.Options, args []string, given Given) (*S, Given, error) {
	for _, name := range []string{"config", "out", "force", "dry-run", "dot", "prepare", "controls", "seeds", "eval", "predict", "dtype"} {
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
	done := *s
	if _, err := Parse(c.Flags(s), args, c.Usage, c.Instead, io.Discard); err != nil {
		return nil, nil, err
	}
	after, err := json.Marshal(s)
	if err != nil {
		return nil, nil, errors.Wrap(err, "-resume")
	}
	var may []string // settings that may change
	if c.extends(&done, s, given) {
		if !run.Record.Completed {
			return nil, nil, errors.Errorf("-resume: the run in %s is not complete, so it cannot be extended: finish it with -resume alone first", run.Dir)
		}
		may = extension
		if s, err = c.Extend(&done, s, given); err != nil {
			return nil, nil, err
		}
	}
	if err := unchanged(before, after, may...); err != nil {
		return nil, nil, err
	}
	c.Options(s).Resume = filepath.Clean(run.Dir)
	// Settings of the run were checked and resolved when it began. Do not do that again.
	for name := range given {
		if !slices.Contains(upkeepFlags, name) && !slices.Contains(may, name) {
			delete(given, name)
		}
	}
	return s, given, nil
}

// extends reports whether flags give a run more updates than it was to have.
func (c Command[S]) extends(done, more *S, given Given) bool {
	before, after := c.Options(done), c.Options(more)
	return c.Extend != nil && (given.Flag("steps") && after.Steps != before.Steps || given.Flag("epochs") && after.Epochs != before.Epochs)
}

// run is a run to resume.
type run struct {
	Dir    string
	Record *train.Record
	Began  *train.Record // the record in its newest checkpoint; nil: there is no checkpoint
}

// record finds the run in dir, or the latest run if dir is "latest". Only rank 0 looks for it.
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

// began returns the settings that a run began with, also as JSON. It returns an error if the
// record differs from its copy in the newest checkpoint, because someone edited it. The comparison
// uses the settings as this program reads them, because earlier versions may have omitted some.
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
	var may []string
	if stages(now) > stages(was) { // the checkpoint is that of the run before it was extended
		may = extension
	}
	key, before, after, err := jsondiff.First(was, now, may...)
	if err == nil {
		err = train.Edited(key, before, after)
	}
	return s, now, err
}

// stages returns how many stages settings say that a run had before it was extended.
func stages(settings []byte) int {
	var s struct{ Stages []string }
	if json.Unmarshal(settings, &s) != nil {
		return 0
	}
	return len(s.Stages)
}

// stored returns the settings in a record.
func (c Command[S]) stored(r *train.Record) (*S, error) {
	var shape struct{ Preset string }
	if err := json.Unmarshal(r.Settings, &shape); err != nil {
		return nil, errors.Wrap(err, "settings")
	}
	s, err := c.Defaults(shape.Preset)
	if err != nil {
		return nil, err
	}
	c.Options(s).Epochs, c.Options(s).Patience = 0, 0 // a record omits them if they are 0
	in := json.NewDecoder(bytes.NewReader(r.Settings))
	in.DisallowUnknownFields()
	if err := in.Decode(s); err != nil {
		return nil, errors.Wrap(err, "settings")
	}
	c.Options(s).Housekeeping = r.Keeping
	return s, nil
}

// unchanged returns an error that names the first setting in which two JSON objects differ, apart from
// those that may.
func unchanged(before, after []byte, may ...string) error {
	key, was, now, err := jsondiff.First(before, after, may...)
	if err != nil {
		return errors.Wrap(err, "-resume")
	}
	if key == "" {
		return nil
	}
	return errors.Errorf("-resume: -%s is %s, but the run began with %s: omit it, or start a new run with -config and -out",
		flagName(key), now, was)
}

// flagName returns the name of the flag for a key of run.json.
func flagName(key string) string { return strings.ReplaceAll(key, "_", "-") }

// List is a flag that may be repeated. Its first use replaces the default list.
type List struct {
	Values *[]string
	set    bool
}

// String returns the values separated by spaces, for package flag.
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
