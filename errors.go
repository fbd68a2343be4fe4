package gorgpt

import (
	"fmt"

	"github.com/pkg/errors"

	"gorgpt/checkpoint"
	"gorgpt/internal/plural"
)

// ErrClosed is the error of a call to a model that was closed.
var ErrClosed = errors.New("the model is closed")

// FolderError says that a folder holds no model that can be read.
// A FolderError is safe for concurrent use as long as nothing changes it.
type FolderError struct {
	Dir string
	Err error // what is missing or wrong, and where
}

// Error says what is wrong.
func (e *FolderError) Error() string { return fmt.Sprintf("opening a model: %v", e.Err) }

// Unwrap returns what is wrong.
func (e *FolderError) Unwrap() error { return e.Err }

// MemoryError says that the weights of a model do not fit into memory.
// A MemoryError is safe for concurrent use as long as nothing changes it.
type MemoryError = checkpoint.MemoryError

// TaskError says that an input is not of the model's task.
// A TaskError is safe for concurrent use as long as nothing changes it.
type TaskError struct {
	Task string // the model's task; "" if it was not fine-tuned
	Want string // the function that makes its inputs, as in "Pair"
}

// Error names the task and the function that makes inputs for it.
func (e *TaskError) Error() string {
	if e.Task == "" {
		return "the model was not fine-tuned, so it has no labels to predict: open the run folder of gorgpt finetune"
	}
	return fmt.Sprintf("the task of the model is %s: make its inputs with %s", e.Task, e.Want)
}

// EmptyError says that a text has no token that the model could read.
// An EmptyError is safe for concurrent use as long as nothing changes it.
type EmptyError struct {
	Field string // which text, as in "premise"
}

// Error names the text.
func (e *EmptyError) Error() string {
	name := e.Field
	if len(name) == 1 { // a and b of similarity
		name = "text " + name
	}
	return fmt.Sprintf("the %s is empty: it must have at least one word", name)
}

// LengthError says that an input is longer than the model can read; see [CutLong], which cuts neither questions nor answers.
// A LengthError is safe for concurrent use as long as nothing changes it.
type LengthError struct {
	Tokens, Limit int // with the special tokens
}

// Error gives both numbers.
func (e *LengthError) Error() string {
	return fmt.Sprintf("the input has %s, and the model reads %d at most: shorten it", plural.Of(e.Tokens, "token"), e.Limit)
}

// InputError says which of several inputs is wrong.
// An InputError is safe for concurrent use as long as nothing changes it.
type InputError struct {
	Index int // from 0
	Err   error
}

// Error gives the number of the input and what is wrong.
func (e *InputError) Error() string { return fmt.Sprintf("input %d: %v", e.Index, e.Err) }

// Unwrap returns what is wrong.
func (e *InputError) Unwrap() error { return e.Err }
