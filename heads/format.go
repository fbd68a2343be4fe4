package heads

import "github.com/pkg/errors"

// Specials are the ids of the three tokens that fine-tuning adds.
// Specials are safe for concurrent use as long as nothing changes them.
type Specials struct {
	Start     int32 `json:"start"`
	Delimiter int32 `json:"delimiter"`
	Classify  int32 `json:"classify"`
}

// Example is one labelled input, as token ids.
// An Example is safe for concurrent use as long as nothing changes it.
type Example struct {
	A, B    []int32   // text; premise and hypothesis; both texts of a pair; or context and question
	Answers [][]int32 // multiple choice only
	Target
}

// Formatter turns examples into sequences of at most NCtx tokens.
// A Formatter must not be used by several goroutines at once.
type Formatter struct {
	Kind Kind
	Specials
	NCtx int
	Long Long // what of a long text is left; windows are cut before
	Cut  int  // number of examples shortened so far
	Lost int  // number of tokens that they have lost

	lost int // by the current example
}

// Sequences formats one example as figure 1 of the paper shows. If the input is too long, the end
// of the context or text is cut, or what Long says, never the question, an answer or a special token. Of a pair, the
// longer side is cut first, then both evenly.
func (f *Formatter) Sequences(e Example) ([][]int32, error) {
	task, err := Of(f.Kind)
	if err != nil {
		return nil, err
	}
	before := f.Cut
	f.lost = 0
	seqs, err := task.Format(f, e)
	f.Lost += f.lost
	f.Cut = min(f.Cut, before+1) // counts examples, not sequences
	return seqs, err
}

// single builds the one sequence of a text, [s] text [c].
func (f *Formatter) single(text []int32) ([][]int32, error) {
	s, err := f.join(text, nil, nil, false)
	return [][]int32{s}, err
}

// joined builds [s] context question [d] last [c].
func (f *Formatter) joined(context, question, last []int32) ([]int32, error) {
	return f.join(context, question, last, true)
}

// join builds a sequence with or without a delimiter and a last part. It cuts the context to fit.
func (f *Formatter) join(context, question, last []int32, delimiter bool) ([]int32, error) {
	specials := 2
	if delimiter {
		specials = 3
	}
	if f.NCtx < specials {
		return nil, errors.Errorf("the model has %d positions: the special tokens of this task alone need %d", f.NCtx, specials)
	}
	room := f.NCtx - specials - len(question) - len(last)
	if room < 0 {
		return nil, errors.Errorf("question and answer have %d tokens, including the special ones, but the model has %d positions",
			f.NCtx-room, f.NCtx)
	}
	if len(context) > room {
		context = f.shorten(context, room)
	}
	s := make([]int32, 0, specials+len(context)+len(question)+len(last))
	s = append(s, f.Start)
	s = append(s, context...)
	s = append(s, question...)
	if delimiter {
		s = append(s, f.Delimiter)
		s = append(s, last...)
	}
	return append(s, f.Classify), nil
}

// cutPair shortens the longer side of a pair first, then both evenly.
func (f *Formatter) cutPair(a, b []int32) (x, y []int32) {
	room := max(f.NCtx-3, 0)
	if len(a)+len(b) <= room {
		return a, b
	}
	half := room / 2
	switch {
	case len(a) <= half:
		return a, f.shorten(b, room-len(a))
	case len(b) <= half:
		return f.shorten(a, room-len(b)), b
	}
	lost := len(a) + len(b) - room
	a, b = f.shorten(a, room-half), f.shorten(b, half)
	f.lost = lost
	return a, b
}

// shorten returns n tokens of a longer text.
func (f *Formatter) shorten(text []int32, n int) []int32 {
	f.Cut++
	f.lost = max(f.lost, len(text)-n)
	return f.Long.shorten(text, n)
}
