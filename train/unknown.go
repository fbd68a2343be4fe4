package train

import (
	"fmt"
	"io"

	"github.com/pkg/errors"

	"gorgpt/tokenizer"
)

// CheckUnknown prints how much of a text the vocabulary cannot spell. It refuses a text of which
// that is half, unless AllowUnknown is set or a run is resumed, which has accepted it before.
func (s *Settings) CheckUnknown(what string, u *tokenizer.Unknowns, w io.Writer) error {
	if err := u.Check(what); err != nil && !s.AllowUnknown && s.Resume == "" {
		return errors.Errorf("%v: take a model or a tokenizer that was made for such text, or go ahead with -allow-unknown", err)
	}
	if note := u.Report(what); note != "" {
		fmt.Fprintln(w, note)
	}
	return nil
}
