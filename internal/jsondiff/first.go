package jsondiff

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"

	"github.com/pkg/errors"
)

// notSet is the value of a key that one of the objects does not have.
const notSet = "not set"

// First returns the first key, in alphabetical order, whose values differ in two JSON objects, and these
// values. The key is "" if the objects are equal, apart from the keys to except.
func First(a, b []byte, except ...string) (key, inA, inB string, err error) {
	var x, y map[string]json.RawMessage
	if err := json.Unmarshal(a, &x); err != nil {
		return "", "", "", errors.Wrap(err, "comparing JSON objects")
	}
	if err := json.Unmarshal(b, &y); err != nil {
		return "", "", "", errors.Wrap(err, "comparing JSON objects")
	}
	all := maps.Clone(x)
	maps.Copy(all, y)
	for _, key := range slices.Sorted(maps.Keys(all)) {
		if !bytes.Equal(x[key], y[key]) && !slices.Contains(except, key) {
			return key, value(x, key), value(y, key), nil
		}
	}
	return "", "", "", nil
}

func value(object map[string]json.RawMessage, key string) string {
	if v, found := object[key]; found {
		return string(v)
	}
	return notSet
}
