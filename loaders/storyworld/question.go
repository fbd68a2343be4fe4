package storyworld

import "strings"

// question is one about a scene.
type question struct {
	text   string
	answer string
	about  event
	role   string // what is asked for: "A", "B", "o", "p", "f" or "why"
}

// question asks about something that is so in the scene, if anything is. hows is the share of
// questions about feelings that ask how somebody feels, and not why.
func (s *scene) question(t *teller, hows float64) (question, bool) {
	for range 20 {
		source := pick(s.r, s.events)
		if source.how != asserted || source.frame.name == "idle" {
			continue
		}
		e := source.event
		if e.kind() != "" && s.felt[e.a] == e.kind() {
			return s.feelingQuestion(t, e, hows), true
		}
		if e.kind() != "" {
			continue
		}
		if f, ok := e.fact(); ok && chance(s.r, 0.5) {
			e = f
		}
		if q, ok := s.ask(t, e); ok {
			return q, true
		}
	}
	return question{}, false
}

// ask asks for a role of an event.
func (s *scene) ask(t *teller, e event) (question, bool) {
	var roles []string
	for _, role := range []string{"A", "B", "o", "p"} {
		if e.frame.has(s.split, "?"+role) {
			roles = append(roles, role)
		}
	}
	if len(roles) == 0 {
		return question{}, false
	}
	role := pick(s.r, roles)
	t.topic = nil
	q := question{text: t.full(e, "?"+role), about: e, role: role}
	q.answer = capital(t.answer(e, role)) + "."
	return q, true
}

// answer is the phrase that answers a question for a role.
func (t *teller) answer(e event, role string) string { return t.slot(segment{head: role}, e) }

// feelingQuestion asks how somebody feels, or why.
func (s *scene) feelingQuestion(t *teller, e event, hows float64) question {
	f := feeling(e.a, s.word(e.kind()))
	t.topic = nil
	if s.whyless || chance(s.r, hows) {
		text := t.full(f, "?f")
		return question{text: text, answer: capital(f.feel) + ".", about: e, role: "f"}
	}
	text := "Why " + t.verb(segment{head: "be"}) + " " + f.a.name + " " + f.feel + "?"
	t.topic = nil
	return question{text: text, answer: capital(t.clause(e)) + ".", about: e, role: "why"}
}

// clause gives what happened as a reason: "because …".
func (t *teller) clause(e event) string { return strings.TrimRight(t.say(e, because).text, ".") }
