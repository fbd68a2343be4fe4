package cli

import (
	"bytes"
	"encoding/json"
	"flag"
	"io"
	"slices"
	"strings"

	"github.com/agnivade/levenshtein"
	"github.com/pkg/errors"

	"gorgpt/train"
)

// setting is one setting in a -config file.
type setting struct {
	name   string // of the flag
	values []string
}

// config is the content of a -config file.
type config struct {
	settings []setting
	derived  string // those that the run of a run.json chose by itself; see [train.Derive]
}

// readConfig reads a -config file: a JSON object whose keys are names of flags, with "_" or "-"
// between words. If the file is the run.json of a run folder, it reads the settings in it.
func readConfig(path string, fs *flag.FlagSet) (c config, err error) {
	data, err := readFile("-config", path)
	if err != nil {
		return c, err
	}
	var record struct{ Settings, Upkeep json.RawMessage }
	if err := json.Unmarshal(data, &record); err != nil {
		return c, jsonError(path, data, err)
	}
	if record.Settings == nil {
		c.settings, err = readObject(path, data, flagName, fs)
		return c, err
	}
	if c.settings, err = readObject(path, record.Settings, settingName, fs); err != nil {
		return c, err
	}
	if c.derived, err = derivedOf(record.Settings); err != nil || record.Upkeep == nil {
		return c, errors.Wrapf(err, "-config %s: settings", path)
	}
	upkeep, err := readObject(path, record.Upkeep, upkeepName, fs)
	c.settings = append(c.settings, upkeep...)
	return c, err
}

// derivedOf returns which of the settings in a run.json its run chose by itself. A record of an earlier
// version does not say so, but then epochs decide the number of updates.
func derivedOf(settings []byte) (string, error) {
	var s struct {
		Derived string
		Epochs  int
	}
	err := json.Unmarshal(settings, &s)
	if s.Derived == "" && s.Epochs > 0 {
		s.Derived = "steps"
	}
	return s.Derived, err
}

// settingName returns the name of the flag for a key of the settings in run.json, or "" if it is none.
func settingName(key string) string {
	if key == "derived" {
		return ""
	}
	return flagName(key)
}

// upkeepFlags are the flags that do not affect the result of a run.
var upkeepFlags = []string{"log-every", "save-every", "checkpoints", "sample-every", "history"}

// changed reports whether flags set anything that may affect the result of a run.
func (g Given) changed() bool {
	for name, flag := range g {
		if flag && !slices.Contains(upkeepFlags, name) && !slices.Contains([]string{"config", "out", "force", "dry-run", "profile"}, name) {
			return true
		}
	}
	return false
}

// fixed returns the settings without those that the run chose by itself.
func (c config) fixed() []setting {
	return slices.DeleteFunc(slices.Clone(c.settings), func(s setting) bool {
		return slices.Contains(train.Derived(c.derived), strings.ReplaceAll(s.name, "-", "_"))
	})
}

// jsonError adds the line of the error to a JSON error.
func jsonError(path string, data []byte, err error) error {
	at := int64(len(data))
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	switch {
	case errors.As(err, &syntax):
		at = syntax.Offset
	case errors.As(err, &kind):
		return errors.Errorf("-config %s: the file must be a JSON object of settings, such as {\"lr\": 0.001}", path)
	}
	line := 1 + bytes.Count(data[:min(at, int64(len(data)))], []byte("\n"))
	return errors.Errorf("-config %s:%d: %v", path, line, err)
}

// upkeepName returns the name of the flag for a key of the upkeep in run.json.
func upkeepName(key string) string {
	if key == "keep" {
		return "checkpoints"
	}
	return flagName(key)
}

// readObject reads the settings in an object, in order. name returns the name of the flag for a key, or ""
// for one to skip.
func readObject(path string, object []byte, name func(key string) string, fs *flag.FlagSet) ([]setting, error) {
	in := json.NewDecoder(bytes.NewReader(object))
	in.UseNumber()
	if _, err := in.Token(); err != nil {
		return nil, jsonError(path, object, err)
	}
	var all []setting
	seen := map[string]bool{}
	for in.More() {
		key, err := in.Token()
		if err != nil {
			return nil, jsonError(path, object, err)
		}
		name := name(key.(string)) // keys of objects are strings
		switch {
		case name == "":
			var skipped json.RawMessage
			if err := in.Decode(&skipped); err != nil {
				return nil, jsonError(path, object, err)
			}
			continue
		case fs.Lookup(name) == nil || name == "config" || name == "resume":
			advice := ": -h lists the settings"
			if near := suggestion(name, fs); near != "" {
				advice = ": did you mean " + strings.ReplaceAll(near, "-", "_") + "?"
			}
			return nil, errors.Errorf("-config %s: unknown key %q%s", path, key, advice)
		case seen[name]:
			return nil, errors.Errorf("-config %s: duplicate key %q", path, key)
		}
		seen[name] = true
		var value any
		if err := in.Decode(&value); err != nil {
			return nil, jsonError(path, object, err)
		}
		values, ok := texts(value)
		if !ok {
			return nil, errors.Errorf("-config %s: key %q: the value must be a string, a number, true, false, or a list of strings", path, key)
		}
		all = append(all, setting{name, values})
	}
	if _, err := in.Token(); err != nil && err != io.EOF {
		return nil, jsonError(path, object, err)
	}
	return all, nil
}

// texts returns the values as they would be written on a command line.
func texts(value any) ([]string, bool) {
	switch v := value.(type) {
	case string:
		return []string{v}, true
	case json.Number:
		return []string{v.String()}, true
	case bool:
		if v {
			return []string{"true"}, true
		}
		return []string{"false"}, true
	case []any:
		var all []string
		for _, x := range v {
			s, isString := x.(string)
			if !isString {
				return nil, false
			}
			all = append(all, s)
		}
		return all, len(all) > 0
	}
	return nil, false
}

// apply sets the flag.
func (s setting) apply(fs *flag.FlagSet, path string) error {
	for _, v := range s.values {
		if err := fs.Set(s.name, v); err != nil {
			return errors.Errorf("-config %s: key %q: invalid value %q: %v", path, s.name, v, err)
		}
	}
	return nil
}

// suggestion returns the flag that was probably meant by an unknown name, or "".
func suggestion(name string, fs *flag.FlagSet) string {
	if name == "keep" && fs.Lookup("checkpoints") != nil {
		return "checkpoints" // as it once was called
	}
	best, least := "", 1+len(name)/3
	fs.VisitAll(func(f *flag.Flag) {
		distance := levenshtein.ComputeDistance(name, f.Name)
		if strings.HasPrefix(f.Name, name) || strings.HasPrefix(name, f.Name) {
			distance = min(distance, 1)
		}
		if distance <= least && (best == "" || distance < least) {
			best, least = f.Name, distance
		}
	})
	return best
}
