package cli

import (
	"fmt"
	"path/filepath"
	"strings"
	"unicode"

	"github.com/pkg/errors"

	"gorgpt/train"
)

// message returns the text of an error, with flags in place of the fields of options.
func message(err error) string {
	text := train.Rename(err, flagOf)
	var e train.Stopped
	if errors.As(err, &e) {
		text += "; " + advice(e)
	}
	return text
}

// advice says how to resume a run that was stopped.
func advice(e train.Stopped) string {
	record := filepath.Join(e.Dir, train.RecordFile)
	switch {
	case !e.Keeps:
		return fmt.Sprintf("a run with -checkpoints 0 cannot be resumed: -config %s starts it again", record)
	case errors.As(e.Err, new(train.Interrupted)):
		return fmt.Sprintf("-resume %s resumes the run", e.Dir)
	case errors.As(e.Err, new(train.NotFinite)):
		return fmt.Sprintf("the weights are unchanged; to avoid this, start again with -config %s and a smaller -lr, a longer -warmup or -clip 1", record)
	}
	return fmt.Sprintf("once the problem is fixed, -resume %s resumes the run", e.Dir)
}

// flagOf returns the flag for a field of options: -eval-every for EvalEvery.
func flagOf(field string) string {
	switch field {
	case "HeadDrop":
		return "-head-dropout"
	case "KeepColumns":
		return "-keep"
	}
	var b strings.Builder
	before := rune('A')
	b.WriteByte('-')
	for _, r := range field {
		if unicode.IsUpper(r) && !unicode.IsUpper(before) {
			b.WriteByte('-')
		}
		b.WriteRune(unicode.ToLower(r))
		before = r
	}
	return b.String()
}
