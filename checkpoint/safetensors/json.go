package safetensors

import (
	"encoding/json"
	"io"
	"math"
	"strconv"

	"github.com/pkg/errors"
)

// maxDims is the most numbers that an array of the header may have. No tensor has as
// many axes; without a bound a hostile header would cost several times its length.
const maxDims = 64

// maxKeys is the most keys that an object of the header may have: tensors of a file, or entries
// of its metadata. No model comes near, and each key costs many times its length.
const maxKeys = 100_000

// readObject reads an object and calls value after each key to read what
// belongs to it. A key that comes twice is an error.
func readObject(dec *json.Decoder, value func(key string) error) error {
	if err := readDelim(dec, '{'); err != nil {
		return err
	}
	seen := map[string]bool{}
	for dec.More() {
		key, err := readString(dec)
		if err != nil {
			return err
		}
		if len(seen) == maxKeys {
			return errors.Errorf("more than %d keys in one object", maxKeys)
		}
		if seen[key] {
			return errors.Errorf("key %s appears twice", excerpt(key))
		}
		seen[key] = true
		if err := value(key); err != nil {
			return err
		}
	}
	return readDelim(dec, '}')
}

// readShape reads an array of dimensions; the result is never nil.
func readShape(dec *json.Decoder) ([]int, error) {
	dims, err := readIntegers(dec)
	if err != nil {
		return nil, err
	}
	shape := make([]int, len(dims))
	for i, d := range dims {
		if d > math.MaxInt { // on 32-bit machines
			return nil, errors.Errorf("dimension %d is more than can be counted on this machine", d)
		}
		shape[i] = int(d)
	}
	return shape, nil
}

// readIntegers reads an array of integers from 0 to 2⁶³-1. Fractions and
// exponents are refused even where their value is whole.
func readIntegers(dec *json.Decoder) ([]int64, error) {
	if err := readDelim(dec, '['); err != nil {
		return nil, err
	}
	var values []int64
	for dec.More() {
		if len(values) == maxDims {
			return nil, errors.Errorf("more than %d numbers", maxDims)
		}
		token, err := dec.Token()
		if err != nil {
			return nil, syntaxError(err)
		}
		number, ok := token.(json.Number)
		if !ok {
			return nil, errors.Errorf("found %s, want an integer", excerptToken(token))
		}
		v, err := strconv.ParseUint(number.String(), 10, 63)
		if err != nil {
			return nil, errors.Errorf("found %s, want an integer from 0 to 2^63-1", excerptToken(token))
		}
		values = append(values, int64(v))
	}
	return values, readDelim(dec, ']')
}

func readString(dec *json.Decoder) (string, error) {
	token, err := dec.Token()
	if err != nil {
		return "", syntaxError(err)
	}
	s, ok := token.(string)
	if !ok {
		return "", errors.Errorf("found %s, want a string", excerptToken(token))
	}
	return s, nil
}

func readDelim(dec *json.Decoder, want json.Delim) error {
	token, err := dec.Token()
	if err != nil {
		return syntaxError(err)
	}
	if token != want {
		return errors.Errorf("found %s, want %v", excerptToken(token), want)
	}
	return nil
}

// syntaxError replaces the decoder's bare EOF, which reads as if nothing were
// wrong.
func syntaxError(err error) error {
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		return errors.New("the JSON object is cut off")
	}
	return errors.Wrap(err, "not JSON")
}
