package safetensors

import (
	"bytes"
	"encoding/json"
	"io"
	"math"
	"strings"
	"unicode/utf8"

	"github.com/pkg/errors"
)

// metadataKey is the one key of the header that names no tensor.
const metadataKey = "__metadata__"

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
		return nil, nil, errors.New("the header has text after its JSON object; only spaces may follow")
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
