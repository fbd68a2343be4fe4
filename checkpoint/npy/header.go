package npy

import (
	"encoding/binary"
	"io"
	"math"
	"regexp"
	"strconv"
	"strings"

	"github.com/pkg/errors"
)

// readHeader returns the dictionary and where the elements start.
func readHeader(r io.ReaderAt, size int64) (header string, data int64, err error) {
	prefix := make([]byte, len(magic)+2+4)
	prefix = prefix[:min(int64(len(prefix)), size)]
	if err := readFull(r, prefix, 0); err != nil {
		return "", 0, err
	}
	if len(prefix) < len(magic)+2+2 || string(prefix[:len(magic)]) != magic {
		return "", 0, errors.New("not an npy file: it does not begin with \\x93NUMPY and a version")
	}
	version, rest := prefix[len(magic)], prefix[len(magic)+2:]
	var n, at int64
	switch {
	case version == 1:
		n, at = int64(binary.LittleEndian.Uint16(rest)), int64(len(magic)+2+2)
	case version > 3 || version == 0:
		return "", 0, errors.Errorf("version %d of npy: want 1, 2 or 3", version)
	case len(rest) < 4:
		return "", 0, errors.New("the file ends in the length of its header: it is truncated")
	default:
		n, at = int64(binary.LittleEndian.Uint32(rest)), int64(len(magic)+2+4)
	}
	switch {
	case n > maxHeader:
		return "", 0, errors.Errorf("header of %d bytes is over the limit of %d", n, maxHeader)
	case n > size-at:
		return "", 0, errors.Errorf("header of %d bytes does not fit the file's %d: it is truncated", n, size)
	}
	b := make([]byte, n)
	if err := readFull(r, b, at); err != nil {
		return "", 0, err
	}
	return string(b), at + n, nil
}

// entry is one key of the dictionary with its value, and the comma if there is one.
var entry = regexp.MustCompile(`^\s*'(descr|fortran_order|shape)'\s*:\s*('[^']*'|True|False|\([0-9,\s]*\))\s*(,|$)`)

// parseHeader reads the dictionary and returns the shape.
func parseHeader(header string) ([]int, error) {
	body, isDict := strings.CutPrefix(strings.TrimSpace(header), "{")
	body, isClosed := strings.CutSuffix(body, "}")
	if !isDict || !isClosed {
		return nil, errors.Errorf("the header is not a dictionary: %.60q", header)
	}
	values := map[string]string{}
	for strings.TrimSpace(body) != "" {
		m := entry.FindStringSubmatch(body)
		if m == nil {
			return nil, errors.Errorf("the header has %.60q: want descr, fortran_order and shape", body)
		}
		if _, twice := values[m[1]]; twice {
			return nil, errors.Errorf("the header has %s twice", m[1])
		}
		values[m[1]] = m[2]
		body = body[len(m[0]):]
	}
	switch {
	case len(values) < 3:
		return nil, errors.Errorf("the header %.60q lacks one of descr, fortran_order and shape", header)
	case values["descr"] != "'<f4'":
		return nil, errors.Errorf("the elements are %.20s: want '<f4', little-endian float32", values["descr"])
	case values["fortran_order"] != "False":
		return nil, errors.Errorf("fortran_order is %.20q: want False", values["fortran_order"])
	}
	return parseShape(values["shape"])
}

// maxDims is the most axes that an array may have, as in NumPy.
const maxDims = 64

// parseShape reads a tuple of sizes: (), (3,) or (3, 4), as Python writes it.
func parseShape(tuple string) ([]int, error) {
	inner, isTuple := strings.CutPrefix(tuple, "(")
	if !isTuple {
		return nil, errors.Errorf("shape is %.60q: want a tuple", tuple)
	}
	parts := strings.Split(strings.TrimSuffix(inner, ")"), ",")
	if len(parts) > 1 && strings.TrimSpace(parts[len(parts)-1]) == "" {
		parts = parts[:len(parts)-1]
	} else if len(parts) == 1 {
		if strings.TrimSpace(parts[0]) == "" {
			return []int{}, nil
		}
		return nil, errors.Errorf("shape is %.60q: want a tuple", tuple) // (3) is a number
	}
	if len(parts) > maxDims {
		return nil, errors.Errorf("shape is %.60q: want at most %d axes", tuple, maxDims)
	}
	shape := make([]int, len(parts))
	for i, p := range parts {
		v, err := strconv.ParseUint(strings.TrimSpace(p), 10, 63)
		if err != nil {
			return nil, errors.Errorf("shape is %.60q: want sizes from 0 to 2^63-1", tuple)
		}
		if v > math.MaxInt { // on 32-bit machines
			return nil, errors.Errorf("shape is %.60q: more elements than can be counted", tuple)
		}
		shape[i] = int(v)
	}
	return shape, nil
}

// elements multiplies the sizes and refuses more bytes than can be counted.
func elements(shape []int) (int, error) {
	n, empty := 1, false
	for _, d := range shape {
		if d == 0 {
			empty = true
			continue
		}
		if n > math.MaxInt/2/itemBytes/d {
			return 0, errors.Errorf("the shape %v has more elements than can be counted", shape)
		}
		n *= d
	}
	if empty {
		return 0, nil
	}
	return n, nil
}
