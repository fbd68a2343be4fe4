package cli

import (
	"io"

	"github.com/pkg/errors"
)

// Output is the standard output of a command. It keeps the first write error, even if the code
// that prints ignores it, and [Run] returns a failure at the end. After an error, Output writes
// nothing more.
type Output struct {
	w   io.Writer
	err error
}

// NewOutput returns an output that writes to w.
func NewOutput(w io.Writer) *Output { return &Output{w: w} }

// Write implements [io.Writer].
func (o *Output) Write(p []byte) (n int, err error) {
	if o.err == nil {
		n, err = o.w.Write(p)
		o.err = errors.Wrap(err, "writing to standard output")
	}
	return n, o.err
}

// check returns the status and the error of a command: err or, if that is nil, the error of its
// output.
func (o *Output) check(status int, err error) (int, error) {
	if err != nil || o.err == nil {
		return status, err
	}
	return max(status, 1), o.err
}
