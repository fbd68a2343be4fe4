package heads

import "github.com/pkg/errors"

// Specials are the ids of the three tokens that fine-tuning adds.
// Specials are safe for concurrent use as long as nothing changes them.
type Specials struct {
	Start     int32 `json:"start"`
	Delimiter int32 `json:"delimiter"`
	Classify  int32 `json:"classify"`
}

// Formatter turns examples into sequences of at most NCtx tokens.
// A Formatter must not be used by several goroutines at once.
type Formatter struct {
	Kind Kind
	Specials
	NCtx int
	Cut  int // examples shortened so far
}

// Sequences formats one example as figure 1 of the paper has it. An input that
// is too long is cut from the end of the context or text, never from question,
// answer or special tokens; of a pair the longer side is cut first, then both evenly.
func (f *Formatter) Sequences(e Example) ([][]int32, error) {
	before := f.Cut
	seqs, err := f.sequences(e)
	f.Cut = min(f.Cut, before+1) // count examples, not sequences
	return seqs, err
}

func (f *Formatter) sequences(e Example) ([][]int32, error) {
	switch f.Kind {
	case Classification:
		s, err := f.join(e.A, nil, nil)
		return [][]int32{s}, err
	case Entailment:
		a, b := f.cutPair(e.A, e.B)
		s, err := f.join(a, nil, b)
		return [][]int32{s}, err
	case Similarity, Regression:
		a, b := f.cutPair(e.A, e.B)
		ab, err := f.join(a, nil, b)
		if err != nil {
			return nil, err
		}
		ba, err := f.join(b, nil, a)
		return [][]int32{ab, ba}, err
	case MultipleChoice:
		var seqs [][]int32
		for _, answer := range e.Answers {
			s, err := f.join(e.A, e.B, answer)
			if err != nil {
				return nil, err
			}
			seqs = append(seqs, s)
		}
		return seqs, nil
	}
	return nil, errors.Errorf("unknown task %q", f.Kind)
}

// join builds [s] context question [d] last [c]; for classification, which has
// no last part, [s] context [c]. The context is cut to fit.
func (f *Formatter) join(context, question, last []int32) ([]int32, error) {
	specials := 3
	if f.Kind == Classification {
		specials = 2
	}
	room := f.NCtx - specials - len(question) - len(last)
	if room < 0 {
		return nil, errors.Errorf("question and answer take %d tokens with the special ones: the model has %d positions",
			f.NCtx-room, f.NCtx)
	}
	if len(context) > room {
		context = context[:room]
		f.Cut++
	}
	s := make([]int32, 0, specials+len(context)+len(question)+len(last))
	s = append(s, f.Start)
	s = append(s, context...)
	s = append(s, question...)
	if f.Kind != Classification {
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
	f.Cut++
	half := room / 2
	switch {
	case len(a) <= half:
		return a, b[:room-len(a)]
	case len(b) <= half:
		return a[:room-len(b)], b
	}
	return a[:room-half], b[:half]
}
