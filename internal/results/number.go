package results

import (
	"encoding/json"
	"math"
	"strconv"

	"github.com/pkg/errors"
)

// Number is a figure of a run. JSON has no NaN and no infinities: a Number writes them as
// strings, as in metrics.jsonl.
type Number float64

// MarshalJSON implements [json.Marshaler].
func (n Number) MarshalJSON() ([]byte, error) {
	if x := float64(n); math.IsNaN(x) || math.IsInf(x, 0) {
		return []byte(strconv.Quote(strconv.FormatFloat(x, 'g', -1, 64))), nil
	}
	return json.Marshal(float64(n))
}

// UnmarshalJSON implements [json.Unmarshaler].
func (n *Number) UnmarshalJSON(data []byte) error {
	var s string
	if err := json.Unmarshal(data, &s); err != nil {
		return json.Unmarshal(data, (*float64)(n))
	}
	x, err := strconv.ParseFloat(s, 64)
	if err != nil || !math.IsNaN(x) && !math.IsInf(x, 0) {
		return errors.Errorf("%q is not a number", s)
	}
	*n = Number(x)
	return nil
}
