package train

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/pkg/errors"
)

// Derive returns the keys of the settings that a run chose by itself, separated by commas: those of which
// resolving the options before has made other values after, and the earlier ones. A new run with changed
// settings chooses them anew.
func Derive(earlier string, before, after any) (string, error) {
	was, err := keysOf(before)
	if err != nil {
		return "", err
	}
	is, err := keysOf(after)
	if err != nil {
		return "", err
	}
	derived := map[string]bool{}
	for _, key := range Derived(earlier) {
		derived[key] = true
	}
	for key := range is {
		if !bytes.Equal(was[key], is[key]) {
			derived[key] = true
		}
	}
	for key := range was { // one that became 0 may be omitted
		if is[key] == nil {
			derived[key] = true
		}
	}
	return strings.Join(slices.Sorted(maps.Keys(derived)), ","), nil
}

// Derived returns the keys in a list that [Derive] has made.
func Derived(list string) []string {
	return strings.FieldsFunc(list, func(r rune) bool { return r == ',' })
}

// keysOf returns the values of settings by key.
func keysOf(settings any) (all map[string]json.RawMessage, err error) {
	data, err := json.Marshal(settings)
	if err == nil {
		err = json.Unmarshal(data, &all)
	}
	return all, errors.Wrap(err, "settings")
}
