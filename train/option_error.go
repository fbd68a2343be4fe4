package train

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/pkg/errors"
)

// OptionError is an error in the options of a run. It refers to fields by their Go names. A
// program that has other names for them, such as flags, translates them with [Rename].
// An OptionError is safe for concurrent use.
type OptionError struct {
	format string // with fields in braces: "{Batch} is %d"
	args   []any
	cause  error // nil: the format is the whole message
}

// BadOption returns an OptionError. Names of fields are in braces in the format:
// "{Batch} must be at least 1, not %d".
func BadOption(format string, args ...any) error {
	return errors.WithStack(&OptionError{format: format, args: args})
}

// InOption returns an OptionError for a field whose value led to err, or nil if err is nil.
func InOption(field string, err error) error {
	if err == nil {
		return nil
	}
	return errors.WithStack(&OptionError{format: "{" + field + "}", cause: err})
}

var braced = regexp.MustCompile(`\{([A-Z]\w*)\}`)

// Fields returns the names of the fields in the message, in order.
func (e *OptionError) Fields() []string {
	var names []string
	for _, match := range braced.FindAllStringSubmatch(e.format, -1) {
		names = append(names, match[1])
	}
	return names
}

func (e *OptionError) Error() string { return e.text(func(field string) string { return field }) }

// Unwrap returns the error that the value of the field led to, or nil.
func (e *OptionError) Unwrap() error { return e.cause }

func (e *OptionError) text(name func(field string) string) string {
	format := braced.ReplaceAllStringFunc(e.format, func(s string) string { return name(s[1 : len(s)-1]) })
	if e.cause != nil {
		return format + ": " + Rename(e.cause, name)
	}
	return fmt.Sprintf(format, e.args...)
}

// Rename returns the text of an error with other names for the fields of an [OptionError].
func Rename(err error, name func(field string) string) string {
	var e *OptionError
	if !errors.As(err, &e) {
		return err.Error()
	}
	return strings.Replace(err.Error(), e.Error(), e.text(name), 1)
}
