package storyworld

// truth is what a scene tells of a statement.
type truth int

const (
	isTrue truth = iota
	isFalse
	unknown
)

// claim draws a statement about a scene, of that truth. What the statement is about, and
// whether it is negated, does not depend on the truth. It fails if
// the scene has nothing to say that of.
func (s *scene) claim(v truth) (told, bool) {
	for range tries {
		if c, ok := s.tryClaim(v); ok {
			return c, true
		}
	}
	return told{}, false
}

func (s *scene) tryClaim(v truth) (told, bool) {
	source := pick(s.r, s.events)
	if (source.how == asserted) != (v != unknown) && !(v == unknown && chance(s.r, 0.5)) {
		return told{}, false // an asserted event for what is known; for the unknown, either
	}
	e, ok := s.matter(source.event)
	if !ok {
		return told{}, false
	}
	how := asserted
	if chance(s.r, 0.3) && e.frame.has(s.split, negated) {
		how = negated
	}
	positive := v
	if how == negated && v != unknown {
		positive = isTrue + isFalse - v
	}
	switch {
	case positive == isFalse:
		e = s.corrupt(e)
	case positive == unknown && source.how == asserted:
		if e, ok = s.vary(e); !ok {
			return told{}, false
		}
	}
	return told{e, how}, e.frame.has(s.split, how)
}

// matter is what a statement about an event is about: the event or what follows from it.
func (s *scene) matter(e event) (event, bool) {
	if e.frame.name == "idle" {
		return e, false
	}
	if kind := e.kind(); kind != "" {
		return feeling(e.a, word(s.r, kind)), s.felt[e.a] == kind
	}
	if f, ok := e.fact(); ok && chance(s.r, 0.5) {
		return f, true
	}
	return e, true
}

// kind is the kind of feeling that an event causes, or "".
func (e event) kind() string {
	if len(e.frame.effect) != 1 {
		return ""
	}
	return e.frame.effect[0]
}
