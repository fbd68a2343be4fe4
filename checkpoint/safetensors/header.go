package safetensors

import (
	"bytes"
	"encoding/json"
	"io"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/pkg/errors"
)

// metadataKey is the one key of the header that names no tensor.
const metadataKey = "__metadata__"

// maxDims is the most numbers that an array of the header may have. No tensor has as
// many axes; without a bound a hostile header would cost several times its length.
const maxDims = 64

// Info describes one tensor of a file.
type Info struct {
	Name  string
	DType DType
	Shape []int // empty for a scalar

	begin, end int64 // byte range in the data section
}

// Len returns the number of elements, the product of the shape; 1 for a scalar.
func (i Info) Len() int {
	n := 1
	for _, d := range i.Shape {
		n *= d
	}
	return n
}

// parseHeader reads the JSON object and checks everything about a tensor that
// can be checked without the other tensors. It works on tokens, because
// decoding into a map would silently keep the last of two equal keys.
func parseHeader(header []byte) (tensors []Info, metadata map[string]string, err error) {
	if !utf8.Valid(header) {
		return nil, nil, errors.New("header is not valid UTF-8")
	}
	if len(header) == 0 || header[0] != '{' {
		return nil, nil, errors.New("header does not begin with '{'")
	}
	dec := json.NewDecoder(bytes.NewReader(header))
	dec.UseNumber()
	err = readObject(dec, func(key string) (err error) {
		if key == metadataKey {
			metadata, err = readMetadata(dec)
			return errors.Wrap(err, metadataKey)
		}
		info, err := readInfo(dec, key)
		tensors = append(tensors, info)
		return errors.Wrapf(err, "tensor %s", excerpt(key))
	})
	if err != nil {
		return nil, nil, errors.Wrap(err, "header")
	}
	if _, err := dec.Token(); err != io.EOF {
		return nil, nil, errors.New("header goes on after its JSON object; only spaces may follow")
	}
	return tensors, metadata, nil
}

// readMetadata reads an object of strings.
func readMetadata(dec *json.Decoder) (map[string]string, error) {
	metadata := map[string]string{}
	err := readObject(dec, func(key string) (err error) {
		metadata[key], err = readString(dec)
		return errors.Wrap(err, excerpt(key))
	})
	return metadata, err
}

// readInfo reads one tensor's entry. The byte range it returns is as long as
// dtype and shape require, but may lie anywhere.
func readInfo(dec *json.Decoder, name string) (Info, error) {
	info := Info{Name: name}
	var offsets []int64
	if !validName(name) {
		return info, errors.New("name is not valid UTF-8")
	}
	err := readObject(dec, func(key string) (err error) {
		switch key {
		case "dtype":
			var s string
			s, err = readString(dec)
			info.DType = DType(s)
		case "shape":
			info.Shape, err = readShape(dec)
		case "data_offsets":
			offsets, err = readIntegers(dec)
		default:
			return errors.Errorf("unknown key %s; an entry has dtype, shape and data_offsets", excerpt(key))
		}
		return errors.Wrap(err, key)
	})
	if err != nil {
		return info, err
	}
	switch {
	case info.DType == "":
		return info, errors.New("dtype is missing")
	case info.Shape == nil:
		return info, errors.New("shape is missing")
	case len(offsets) != 2:
		return info, errors.Errorf("data_offsets has %d numbers, want [begin, end]", len(offsets))
	}
	info.begin, info.end = offsets[0], offsets[1]
	return info, checkExtent(info)
}

// validName refuses names that are not UTF-8. An escaped lone surrogate is not
// either: the decoder turns it into the replacement character, so a name with
// that character is refused too.
func validName(name string) bool {
	return utf8.ValidString(name) && !strings.ContainsRune(name, utf8.RuneError)
}

// checkExtent compares the byte range with what dtype and shape require.
func checkExtent(info Info) error {
	size := info.DType.Size()
	if size == 0 {
		return errors.Errorf("unknown dtype %s", excerpt(string(info.DType)))
	}
	n, err := elements(info.Shape)
	if err != nil {
		return err
	}
	if n > math.MaxInt/size {
		return errors.Errorf("%s %v needs more bytes than can be counted", info.DType, info.Shape)
	}
	if info.begin > info.end || info.end-info.begin != int64(n*size) {
		return errors.Errorf("data_offsets [%d, %d] do not span the %d bytes of %s %v",
			info.begin, info.end, n*size, info.DType, info.Shape)
	}
	return nil
}

// elements multiplies the dimensions and refuses negative ones and overflow.
func elements(shape []int) (int, error) {
	n := 1
	for _, d := range shape {
		if d < 0 {
			return 0, errors.Errorf("shape %v has a negative dimension", shape)
		}
		if d > 0 && n > math.MaxInt/d {
			return 0, errors.Errorf("shape %v has more elements than can be counted", shape)
		}
		n *= d
	}
	return n, nil
}

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
