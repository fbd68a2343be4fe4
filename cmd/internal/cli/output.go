package cli

import (
	"io"

	"github.com/pkg/errors"
)

// Output is the standard output of a command. It keeps the first error of writing, so that what
// is printed without a look at it is not lost without a word: [Run] fails in the end. After an
// error nothing more is written.
type Output struct {
	w   io.Writer
	err error
}

// NewOutput returns an output that writes to w.
func NewOutput(w io.Writer) *Output { return &Output{w: w} }

// Write is for package io.
func (o *Output) Write(p []byte) (n int, err error) {
	if o.err == nil {
		n, err = o.w.Write(p)
		o.err = errors.Wrap(err, "writing to standard output")
	}
	return n, o.err
}

// check is the error of a command: that of its work, or that of its output.
func (o *Output) check(status int, err error) (int, error) {
	if err != nil || o.err == nil {
		return status, err
	}
	return max(status, 1), o.err
}
