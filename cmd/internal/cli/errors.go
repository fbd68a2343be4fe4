package cli

import (
	"fmt"
	"path/filepath"
	"strings"
	"unicode"

	"github.com/pkg/errors"

	"gorgpt/train"
)

// message is the text of an error, in which options have the names of their flags.
func message(err error) string {
	text := train.Rename(err, flagOf)
	var e train.Stopped
	if errors.As(err, &e) {
		text += "; " + advice(e)
	}
	return text
}

// advice says how a run that was stopped is resumed.
func advice(e train.Stopped) string {
	record := filepath.Join(e.Dir, train.RecordFile)
	switch {
	case !e.Keeps:
		return fmt.Sprintf("with -keep 0 it cannot be resumed: -config %s starts it again", record)
	case errors.As(e.Err, new(train.Interrupted)):
		return fmt.Sprintf("-resume %s resumes the run", e.Dir)
	case errors.As(e.Err, new(train.NotFinite)):
		return fmt.Sprintf("no weight was changed; to get further, start again with -config %s and a smaller -lr, a longer -warmup or -clip 1", record)
	}
	return fmt.Sprintf("when the cause is mended, -resume %s resumes the run", e.Dir)
}

// flagOf is the flag of a field of options: -eval-every of EvalEvery.
func flagOf(field string) string {
	if field == "HeadDrop" {
		return "-head-dropout"
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
