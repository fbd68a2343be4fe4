package train

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/pkg/errors"
)

// OptionError is an error in the options of a run. It names fields of the options by their Go
// names; a program with names of its own for them, such as flags, gets them by [Rename].
// An OptionError is safe for concurrent use.
type OptionError struct {
	format string // with fields in braces: "{Batch} is %d"
	args   []any
	cause  error // nil: the format has all
}

// BadOption returns an OptionError. In the format, names of fields stand in braces:
// "{Batch} is %d: it must be at least 1".
func BadOption(format string, args ...any) error {
	return errors.WithStack(&OptionError{format: format, args: args})
}

// InOption says that an error comes from the value of a field; nil stays nil.
func InOption(field string, err error) error {
	if err == nil {
		return nil
	}
	return errors.WithStack(&OptionError{format: "{" + field + "}", cause: err})
}

var braced = regexp.MustCompile(`\{([A-Z]\w*)\}`)

// Fields are the names of the fields that the error is about, in the order of its text.
func (e *OptionError) Fields() []string {
	var names []string
	for _, match := range braced.FindAllStringSubmatch(e.format, -1) {
		names = append(names, match[1])
	}
	return names
}

func (e *OptionError) Error() string { return e.text(func(field string) string { return field }) }

// Unwrap is the error that the value of the field led to, or nil.
func (e *OptionError) Unwrap() error { return e.cause }

func (e *OptionError) text(name func(field string) string) string {
	format := braced.ReplaceAllStringFunc(e.format, func(s string) string { return name(s[1 : len(s)-1]) })
	if e.cause != nil {
		return format + ": " + Rename(e.cause, name)
	}
	return fmt.Sprintf(format, e.args...)
}

// Rename is the text of an error in which the fields of an [OptionError] have other names.
func Rename(err error, name func(field string) string) string {
	var e *OptionError
	if !errors.As(err, &e) {
		return err.Error()
	}
	return strings.Replace(err.Error(), e.Error(), e.text(name), 1)
}
