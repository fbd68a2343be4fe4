package train

import (
	"gorgpt/tokenizer"
)

// CheckUnknown reports how much of a text the vocabulary cannot spell. If it is half or more, it
// returns an error, unless AllowUnknown is set or a run is resumed, which accepted it before.
func (o Options) CheckUnknown(what string, u *tokenizer.Unknowns, l Listener) error {
	if err := u.Check(what); err != nil && !o.AllowUnknown && o.Resume == "" {
		return BadOption("%v: use a model or a tokenizer made for such text, or set {AllowUnknown}", err)
	}
	if note := u.Report(what); note != "" {
		l.Note("%s", note)
	}
	return nil
}
