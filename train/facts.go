package train

import (
	"bytes"
	"encoding/json"
	"math"
	"reflect"
	"strings"
)

// sameFacts reports whether two JSON values are equal, fractions up to rounding: another
// architecture rounds a computed figure otherwise.
func sameFacts(a, b []byte) bool {
	x, errX := decodeFacts(a)
	y, errY := decodeFacts(b)
	return errX == nil && errY == nil && sameFact(x, y)
}

func decodeFacts(text []byte) (v any, err error) {
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	return v, d.Decode(&v)
}

func sameFact(a, b any) bool {
	switch x := a.(type) {
	case map[string]any:
		y, ok := b.(map[string]any)
		if !ok || len(x) != len(y) {
			return false
		}
		for key, v := range x {
			if w, ok := y[key]; !ok || !sameFact(v, w) {
				return false
			}
		}
		return true
	case json.Number:
		y, ok := b.(json.Number)
		if !ok || x == y || !strings.Contains(string(x), ".") || !strings.Contains(string(y), ".") {
			return ok && x == y
		}
		u, errU := x.Float64()
		w, errW := y.Float64()
		return errU == nil && errW == nil && math.Abs(u-w) <= 1e-12*math.Abs(u)
	}
	return reflect.DeepEqual(a, b)
}
