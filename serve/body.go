package serve

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strings"

	"github.com/pkg/errors"
)

// read decodes the JSON object of a request into a struct. A field that it does not have is an error,
// since it would be ignored.
func read(r *http.Request, into any) error {
	data, err := io.ReadAll(r.Body)
	if err != nil {
		return errors.Wrap(err, "reading the body")
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	err = d.Decode(into)
	if err == nil {
		if _, err = d.Token(); errors.Is(err, io.EOF) {
			return nil
		}
		return &problem{http.StatusBadRequest, "invalid_json", "", "the body has more than one JSON value"}
	}
	var wrong *json.UnmarshalTypeError
	if errors.As(err, &wrong) {
		return invalid(wrong.Field, "the field "+wrong.Field+" must not be a JSON "+wrong.Value)
	}
	var p *problem
	if errors.As(err, &p) {
		return p
	}
	if field, found := strings.CutPrefix(err.Error(), "json: unknown field "); found {
		return invalid(strings.Trim(field, `"`), "the field "+field+" is not known here: leave it out")
	}
	return &problem{http.StatusBadRequest, "invalid_json", "", "the body is not valid JSON: " + strings.TrimPrefix(err.Error(), "json: ")}
}

// oneOrMany is a JSON value or a list of such values.
type oneOrMany[T any] struct {
	values []T
	one    bool
}

// UnmarshalJSON reads either.
func (o *oneOrMany[T]) UnmarshalJSON(data []byte) error {
	var one T
	if err := json.Unmarshal(data, &one); err == nil {
		o.values, o.one = []T{one}, true
		return nil
	}
	return json.Unmarshal(data, &o.values)
}
