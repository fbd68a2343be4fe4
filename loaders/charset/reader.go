package charset

import (
	"bytes"
	"io"
	"unicode/utf8"

	"github.com/pkg/errors"
)

// chunk is the number of bytes decoded at a time, and the maximum used to detect the encoding.
const chunk = 64 << 10

// Reader reads a stream as valid UTF-8 without byte order mark. It returns text as soon as the stream
// delivers it, so pipes can be read while they are being written. Only one goroutine may use it at a
// time.
type Reader struct {
	src   io.Reader
	found Found
	raw   []byte // read, not decoded
	text  []byte // decoded, not given away
	buf   []byte // where text begins
	err   error  // once text is used up

	begun           bool
	settled         bool // the encoding is final
	mark            bool // a byte order mark must still be skipped
	good            int  // valid sequences of several bytes in the UTF-8 so far
	bytes, controls int64
}

// NewReader returns a reader that decodes src.
func NewReader(src io.Reader) *Reader { return &Reader{src: src} }

// Found describes the encoding as far as it is known.
func (r *Reader) Found() Found { return r.found }

// Read reads decoded text. It is an error if the stream is binary data.
func (r *Reader) Read(p []byte) (int, error) {
	for len(r.text) == 0 {
		if r.err != nil {
			return 0, r.err
		}
		r.fill()
	}
	n := copy(p, r.text)
	r.text = r.text[n:]
	return n, nil
}

// fill decodes the next chunk.
func (r *Reader) fill() {
	if r.raw == nil {
		r.raw, r.buf = make([]byte, 0, chunk), make([]byte, 0, 2*chunk)
	}
	n, err := r.src.Read(r.raw[len(r.raw):cap(r.raw)])
	r.raw = r.raw[:len(r.raw)+n]
	last := err != nil
	r.text = r.buf[:0]
	if !r.begun && (last || len(r.raw) >= 4) {
		var size int
		found, size, failed := recognise(r.raw)
		if failed != nil {
			r.err = failed
			return
		}
		r.found, r.begun = found, true
		r.raw = append(r.raw[:0], r.raw[size:]...)
	}
	if r.begun && r.mark && len(r.raw) > 0 {
		if !last && len(r.raw) < 4 {
			return
		}
		_, size, _ := recognise(r.raw)
		r.raw, r.mark = append(r.raw[:0], r.raw[size:]...), false
	}
	left := len(r.raw)
	if r.begun {
		left = r.decode(last)
	}
	r.buf = r.text[:0]
	looked := r.raw[:len(r.raw)-left]
	if r.found.Encoding.order() != nil {
		looked = r.text
	}
	if failed := r.check(looked, last); failed != nil {
		r.text, err = nil, failed
	}
	r.raw = append(r.raw[:0], r.raw[len(r.raw)-left:]...)
	r.err = err
}

// decode decodes the bytes read so far, except an incomplete character of left bytes at the end.
func (r *Reader) decode(last bool) (left int) {
	if order := r.found.Encoding.order(); order != nil {
		var invalid int
		r.text, invalid, left = fromUTF16(r.text, r.raw, order, last)
		r.found.Invalid += invalid
		return left
	}
	if r.found.Encoding == Windows1252 {
		r.text = fromWindows1252(r.text, r.raw)
		return 0
	}
	whole := r.raw
	if !last {
		whole = whole[:len(whole)-incomplete(whole)]
	}
	good, bad := countUTF8(whole)
	r.good += good
	switch {
	case bad == 0:
		r.text = append(r.text, whole...)
	case r.settled || r.good > bad || r.found.Invalid > 0:
		r.found.Invalid += bad
		r.text = append(r.text, bytes.ToValidUTF8(whole, replacement)...)
	default:
		r.found.Encoding = Windows1252
		r.text = fromWindows1252(r.text, r.raw)
		return 0
	}
	return len(r.raw) - len(whole)
}

// incomplete is the length of an incomplete UTF-8 sequence at the end of a text.
func incomplete(raw []byte) int {
	for n := 1; n < utf8.UTFMax && n <= len(raw); n++ {
		if tail := raw[len(raw)-n:]; utf8.RuneStart(tail[0]) {
			if utf8.FullRune(tail) {
				return 0
			}
			return n
		}
	}
	return 0
}

// check returns an error for binary data, as checkText does for a whole text. It checks UTF-16 after
// decoding and other encodings before.
func (r *Reader) check(raw []byte, last bool) error {
	if at := bytes.IndexByte(raw, 0); at >= 0 && !r.settled {
		return errors.Errorf("binary data: a NUL byte at offset %d", r.bytes+int64(at))
	}
	r.bytes += int64(len(raw))
	r.controls += int64(countControls(raw))
	if (last || r.bytes >= chunk) && r.controls > r.bytes/100 {
		return errors.Errorf("binary data: %d of %d bytes are control characters", r.controls, r.bytes)
	}
	return nil
}
