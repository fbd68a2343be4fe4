package storyworld

// truth is what a scene tells of a statement.
type truth int

const (
	isTrue truth = iota
	isFalse
	unknown
)

// claim draws a statement about a scene, of that truth. It fails if the scene has nothing
// to say that of.
func (s *scene) claim(v truth) (told, bool) {
	for range tries {
		source := pick(s.r, s.events)
		if source.how != asserted {
			if v == unknown { // what is only wished
				return source, true
			}
			continue
		}
		if c, ok := s.claimOf(source.event, v); ok {
			return told{c.event, c.how}, true
		}
	}
	return told{}, false
}

// claimOf makes a statement of that truth about what happened. What it is about, and
// whether it is negated, does not depend on the truth.
func (s *scene) claimOf(source event, v truth) (told, bool) {
	e, ok := s.matter(source)
	if !ok {
		return told{}, false
	}
	how := asserted
	if chance(s.r, 0.1) && e.frame.has(s.split, negated) {
		how = negated
	}
	switch {
	case v == unknown:
		e, ok = s.vary(e)
	case (how == negated) == (v == isTrue):
		e = s.corrupt(e)
	}
	return told{e, how}, ok && e.frame.has(s.split, how)
}

// matter is what a statement about an event is about: the event or what follows from it.
func (s *scene) matter(e event) (event, bool) {
	if kind := e.kind(); kind != "" {
		return feeling(e.a, s.word(kind)), s.felt[e.a] == kind
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
