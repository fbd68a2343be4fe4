package storyworld

import (
	"math/rand/v2"

	"gorgpt/loaders"
)

var relations = map[truth]string{isTrue: "entailment", isFalse: "contradiction", unknown: "neutral"}

// entailmentRow is what happens to somebody, and a statement: about what somebody feels
// or about a deed. Unknown is mostly what is about the other of the two than the premise,
// sometimes another feeling that is as pleasant; as many premises are about feelings for
// each relation, and as many statements.
func entailmentRow(r *rand.Rand, split Split) (loaders.Row, bool) {
	v := truth(r.IntN(3)) // drawn first: no premise is likelier to be kept for one of them
	x := r.Float64()
	premiseFeels, statementFeels := x < 0.65, x < 0.65
	if v == unknown {
		premiseFeels, statementFeels = x < 0.35 || x >= 0.7, x >= 0.35
	}
	for {
		s, t := stage(r, split)
		premise, ok := s.premise(t, premiseFeels)
		if !ok {
			continue
		}
		about, truth := s.events[0].event, v
		if premiseFeels != statementFeels { // nothing is told of it, be it denied or not
			if about, ok = s.unrelated(about.a, statementFeels); !ok {
				continue
			}
			truth = isTrue
		}
		c, ok := s.claimOf(about, truth)
		if !ok {
			continue
		}
		t.topic = nil
		texts := []string{premise, t.full(c.event, c.how)}
		return loaders.Row{Texts: texts, Label: label(relations[v])}, true
	}
}

// premise tells a deed, or why somebody feels something, or that, or both.
func (s *scene) premise(t *teller, feels bool) (string, bool) {
	if !feels {
		e, ok := s.deed()
		if !ok {
			return "", false
		}
		s.add(e, asserted)
		return t.full(e, asserted), true
	}
	a := s.people[0]
	kind := kindOf(s.r, chance(s.r, 0.5))
	e := s.cause(a, kind)
	s.add(e, asserted)
	s.felt[a] = kind
	cause, how := t.full(e, asserted), s.r.Float64()
	if how < 0.1 {
		return cause, true
	}
	t.topic = nil
	told := t.full(feeling(a, s.word(kind)), asserted)
	if how < 0.5 {
		return cause + " " + told, true
	}
	s.whyless = true
	return told, true
}

// unrelated is an event that the premise does not tell.
func (s *scene) unrelated(a *person, feels bool) (event, bool) {
	if !feels {
		e, ok := s.deed()
		if e.b != a {
			e.a = a
		}
		return e, ok
	}
	e := s.cause(a, kindOf(s.r, chance(s.r, 0.5)))
	s.felt[a] = e.kind()
	return e, true
}
