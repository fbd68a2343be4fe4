package storyworld

// truth is what a scene tells of a statement.
type truth int

const (
	isTrue truth = iota
	isFalse
	unknown
)

// claim draws a statement about a scene, of that truth. What the statement is about, and
// whether it is negated, does not depend on the truth. It fails if the scene has nothing
// to say that of.
func (s *scene) claim(v truth) (told, bool) {
	for range tries {
		source := pick(s.r, s.events)
		if source.kind() == "" && chance(s.r, 0.7) {
			continue // people talk about feelings more than about deeds
		}
		if source.how == asserted && v != unknown {
			if c, ok := s.claimOf(source, v); ok {
				return c, true
			}
		}
		if v == unknown {
			if c, ok := s.unknownOf(source); ok {
				return c, true
			}
		}
	}
	return told{}, false
}

// claimOf makes a true or a false statement about what happened.
func (s *scene) claimOf(source told, v truth) (told, bool) {
	e, ok := s.matter(source.event)
	if !ok {
		return told{}, false
	}
	how := asserted
	if chance(s.r, 0.2) && e.frame.has(s.split, negated) {
		how = negated
	}
	if (how == negated) == (v == isTrue) {
		e = s.corrupt(e)
	}
	return told{e, how}, e.frame.has(s.split, how)
}

// unknownOf makes a statement of which the scene tells nothing: what is only wished, or
// about somebody or something else.
func (s *scene) unknownOf(source told) (told, bool) {
	e, ok := s.matter(source.event)
	if ok && source.how == asserted {
		e, ok = s.vary(e)
	}
	how := asserted
	if chance(s.r, 0.2) && ok && e.frame.has(s.split, negated) {
		how = negated
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
