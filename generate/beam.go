package generate

import (
	"cmp"
	"context"
	"math"
	"slices"
)

// Hypothesis is a text that beam search found.
// A Hypothesis is safe for concurrent use as long as nothing changes it.
type Hypothesis struct {
	IDs     []int32 // after the prompt
	LogProb float64 // of all IDs together
}

// Mean is the log-probability per token. It makes texts of different lengths comparable.
func (h Hypothesis) Mean() float64 { return h.LogProb / float64(max(len(h.IDs), 1)) }

// Search finds likely continuations of a prompt: each round extends the texts by one token and
// keeps the o.Beams best. Search returns the o.Samples best texts of the last round, the best
// first. done, if it is not nil, reports whether a text is complete; a complete text is not
// continued. When ctx ends, Search returns the texts so far and the context's error.
//
// The penalty, biases and bans change the scores before they become probabilities.
func (g *Generator) Search(ctx context.Context, prompt []int32, o Options, done func(ids []int32) bool) ([]Hypothesis, error) {
	o.Beams = max(o.Beams, 1)
	if err := check(g.model, prompt, o); err != nil {
		return nil, err
	}
	if !g.busy.TryLock() {
		return nil, errBusy
	}
	defer g.busy.Unlock()
	g.d.restart()
	s := &search{o: o, prompt: prompt, d: &g.d, v: g.model.VocabSize, done: done, beams: []float64{0}}
	for range o.Tokens {
		if err := ctx.Err(); err != nil {
			return s.best(), err
		}
		if err := s.round(); err != nil {
			return s.best(), err
		}
		if s.isOver() {
			break
		}
	}
	return s.best(), nil
}

// search is the state of one beam search.
type search struct {
	o        Options
	prompt   []int32
	d        *decoder
	v        int
	done     func(ids []int32) bool
	texts    []*text   // none before the first round
	beams    []float64 // log-probability of each text; -Inf for an unused row
	finished []Hypothesis
}

// step is a text with one more token.
type step struct {
	row   int
	id    int32
	score float64
}

// better orders steps, the best first. Ties have a fixed order.
func better(a, b step) int {
	return cmp.Or(cmp.Compare(b.score, a.score), cmp.Compare(a.row, b.row), cmp.Compare(a.id, b.id))
}

// round scores all next tokens and keeps the best texts.
func (s *search) round() error {
	scores, err := s.read()
	if err != nil {
		return err
	}
	// Twice as many as beams: even if half of them are complete, enough remain.
	steps, err := s.steps(scores, 2*s.o.Beams)
	if err != nil {
		return err
	}
	if len(s.beams) < s.o.Beams { // the first round: all rows start with the prompt
		s.beams = make([]float64, s.o.Beams)
	}
	var live []step
	for rank, x := range steps {
		ids := append(s.written(x.row), x.id)
		switch isDone := s.done != nil && s.done(ids); {
		case !isDone && len(live) < s.o.Beams:
			live = append(live, x)
		case isDone && rank < s.o.Beams:
			s.finished = append(s.finished, Hypothesis{ids, x.score})
		}
	}
	s.place(live)
	return nil
}

// read scores the next token of each text.
func (s *search) read() (scores [][]float32, err error) {
	if s.texts == nil {
		s.texts, scores, err = s.d.start(s.prompt, s.o.Beams, s.o.Slide)
		return scores, err
	}
	return s.d.read(s.texts)
}

// written returns the tokens of a text after the prompt.
func (s *search) written(row int) []int32 { return slices.Clone(s.texts[row].ids[len(s.prompt):]) }

// steps returns the n best steps of all beams.
func (s *search) steps(scores [][]float32, n int) ([]step, error) {
	var all []step
	for row, sum := range s.beams {
		if math.IsInf(sum, -1) {
			continue
		}
		c := newChooser(s.o, 0, s.v, s.texts[row].ids)
		logits, best, err := c.weigh(scores[row])
		if err != nil {
			return nil, err
		}
		top, total := float64(logits[best]), 0.0
		for _, l := range logits {
			total += math.Exp(float64(l) - top)
		}
		norm := top + math.Log(total)
		least := float32(math.Inf(-1))
		if n < len(logits) {
			least = c.kthLargest(logits, n)
		}
		for id, l := range logits {
			if l >= least && !math.IsInf(float64(l), -1) {
				all = append(all, step{row, int32(id), sum + float64(l) - norm})
			}
		}
	}
	slices.SortFunc(all, better)
	return all[:min(n, len(all))], nil
}

// place gives each step a row. The first step of a beam stays in the row of that beam; the others
// get a copy of it in a row whose beam has no further step.
func (s *search) place(live []step) {
	for row := range s.beams {
		s.beams[row] = math.Inf(-1)
	}
	var others []step
	next := make([]int32, len(s.beams)) // a row that is left without a text gets any token
	for _, x := range live {
		if !math.IsInf(s.beams[x.row], -1) {
			others = append(others, x)
			continue
		}
		s.beams[x.row], next[x.row] = x.score, x.id
	}
	row := 0
	for _, x := range others {
		for !math.IsInf(s.beams[row], -1) {
			row++
		}
		s.d.copyText(s.texts[row], s.texts[x.row])
		s.beams[row], next[row] = x.score, x.id
	}
	for row, id := range next {
		s.texts[row].ids = append(s.texts[row].ids, id)
	}
}

// live lists the texts that are not complete.
func (s *search) live() []Hypothesis {
	if s.texts == nil {
		return []Hypothesis{{}} // before the first round
	}
	var all []Hypothesis
	for row, sum := range s.beams {
		if !math.IsInf(sum, -1) {
			all = append(all, Hypothesis{s.written(row), sum})
		}
	}
	return all
}

// sorted sorts the texts, the best first.
func sorted(all []Hypothesis) []Hypothesis {
	slices.SortStableFunc(all, func(a, b Hypothesis) int { return cmp.Compare(b.Mean(), a.Mean()) })
	return all
}

// isOver reports whether the search ends: there is no text to continue, or as many texts as there are beams are
// complete, and each of them is at least as likely per token as the best of the others is so far.
func (s *search) isOver() bool {
	live := sorted(s.live())
	if len(live) == 0 {
		return true
	}
	s.finished = sorted(s.finished)
	return len(s.finished) >= s.o.Beams && live[0].Mean() <= s.finished[s.o.Beams-1].Mean()
}

// best returns the result of the search.
func (s *search) best() []Hypothesis {
	all := sorted(append(slices.Clone(s.finished), s.live()...))
	return all[:min(max(s.o.Samples, 1), len(all))]
}
