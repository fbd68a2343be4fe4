package serve

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"reflect"
	"strings"
	"unicode/utf8"

	"github.com/pkg/errors"
)

// receive reads the body of a request to its end, up to a number of bytes. From then on, net/http notices
// when the client leaves.
func receive(w http.ResponseWriter, r *http.Request, most int64) error {
	if r.ContentLength > most {
		return &http.MaxBytesError{Limit: most}
	}
	data, err := io.ReadAll(http.MaxBytesReader(w, r.Body, most))
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		return err
	case err != nil:
		return badBody("the body could not be read to its end: " + err.Error())
	case len(bytes.TrimSpace(data)) == 0:
		return badBody("the body is empty: it must be a JSON object")
	case !utf8.Valid(data):
		return badBody("the body is not valid UTF-8")
	}
	r.Body = io.NopCloser(bytes.NewReader(data))
	return nil
}

// read decodes the JSON object of a request into a struct. A field that it does not have is an error,
// since it would be ignored.
func read(r *http.Request, into any) error {
	d := json.NewDecoder(r.Body)
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return notDecoded(err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return badBody("the body has more than one JSON value")
	}
	return nil
}

// badBody is the problem of a body that is no JSON object.
func badBody(message string) *problem {
	return &problem{http.StatusBadRequest, "invalid_json", "", message}
}

// notDecoded is the problem of a body that encoding/json does not decode.
func notDecoded(err error) error {
	var p *problem
	if errors.As(err, &p) {
		return p
	}
	var wrong *json.UnmarshalTypeError
	if errors.As(err, &wrong) {
		got := strings.TrimPrefix(wrong.Value, "number ")
		if wrong.Field == "" {
			return badBody("the body must be a JSON object, not " + got)
		}
		return invalid(wrong.Field, fmt.Sprintf("the field %s must be %s, not %s", wrong.Field, kindOf(wrong.Type), got))
	}
	if field, found := strings.CutPrefix(err.Error(), "json: unknown field "); found {
		return invalid(strings.Trim(field, `"`), "the field "+field+" is not known here: leave it out")
	}
	return badBody("the body is not valid JSON: " + strings.TrimPrefix(err.Error(), "json: "))
}

// kindOf says which JSON values a type takes.
func kindOf(t reflect.Type) string {
	switch t.Kind() {
	case reflect.String:
		return "a text"
	case reflect.Bool:
		return "true or false"
	case reflect.Int, reflect.Int32, reflect.Int64:
		return fmt.Sprintf("a whole number of %d bits", t.Bits())
	case reflect.Float64:
		return "a number"
	case reflect.Slice:
		return "a list"
	}
	return "an object"
}

// tokenIDs are ids of tokens.
type tokenIDs []int32

// UnmarshalJSON reads a list in which null is no id. encoding/json would take it for 0.
func (ids *tokenIDs) UnmarshalJSON(data []byte) error {
	var all []*int32
	if err := json.Unmarshal(data, &all); err != nil {
		return err
	}
	*ids = nil
	for _, id := range all {
		if id == nil {
			return &json.UnmarshalTypeError{Value: "null", Type: reflect.TypeFor[int32]()}
		}
		*ids = append(*ids, *id)
	}
	return nil
}

// oneOrMany is a JSON value or a list of such values. It has none if the value is null.
type oneOrMany[T any] struct{ values []T }

// UnmarshalJSON reads either.
func (o *oneOrMany[T]) UnmarshalJSON(data []byte) error {
	o.values = nil
	var one *T
	switch err := json.Unmarshal(data, &one); {
	case err != nil:
		return json.Unmarshal(data, &o.values)
	case one != nil:
		o.values = []T{*one}
	}
	return nil
}
