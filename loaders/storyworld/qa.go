package storyworld

import (
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"

	"gorgpt/loaders"
)

// choices is how many answers a question has.
const choices = 4

// qaRow is a scene, a question about it, and answers of one kind. All of them are in the
// scene, or none is but by what it means.
func qaRow(r *rand.Rand, split Split) (loaders.Row, bool) {
	s, t := stage(r, split)
	s.world = newWorld(r, split, 6, 12, 5)
	premise, ok := s.premise(t, chance(r, 0.85))
	if !ok {
		return loaders.Row{}, false
	}
	text := []string{premise}
	for len(text) < 2 {
		if told, ok := s.happen(t, 0.3, 0.1); ok {
			text = append(text, told)
		}
	}
	context := shuffled(r, text)
	q, ok := s.question(t, 0.8)
	if !ok {
		return loaders.Row{}, false
	}
	wrong := s.wrong(t, q, context)
	if len(wrong) < choices-1 {
		return loaders.Row{}, false
	}
	answers := append([]string{q.answer}, wrong[:choices-1]...)
	right := r.IntN(choices)
	answers[0], answers[right] = answers[right], answers[0]
	return loaders.Row{
		Texts: []string{context, q.text}, Answers: answers,
		Label: loaders.Label{Text: strconv.Itoa(right), Form: loaders.Integer},
	}, true
}

// wrong lists wrong answers to a question, in random order.
func (s *scene) wrong(t *teller, q question, context string) []string {
	var list []string
	switch q.role {
	case "f":
		list = s.otherFeelings(q.about.kind())
	case "why":
		list = s.otherReasons(t, q.about)
	default:
		list = s.otherParts(t, q, context)
	}
	s.r.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
	return list
}

// otherFeelings has a word for each other kind of feeling.
func (s *scene) otherFeelings(kind string) []string {
	var list []string
	for _, other := range words().kinds {
		if other != kind {
			list = append(list, capital(s.word(other))+".")
		}
	}
	return list
}

// otherReasons are things that cause the same feeling but did not happen to that person.
func (s *scene) otherReasons(t *teller, e event) []string {
	var list []string
	for _, f := range causesOf(e.kind()) {
		if f != e.frame {
			t.topic = nil
			list = append(list, capital(t.clause(s.causeOf(e.a, f)))+".")
		}
	}
	return list
}

// otherParts are the other people, things or places that the scene mentions.
func (s *scene) otherParts(t *teller, q question, context string) []string {
	var list []string
	mention := func(noun, answer string) {
		answer = capital(answer) + "."
		if strings.Contains(context, noun) && !slices.Contains(list, answer) {
			list = append(list, answer)
		}
	}
	e := q.about
	switch q.role {
	case "A", "B":
		for _, p := range s.people {
			if p != e.a && p != e.b { // of whom one is asked for and the question has the other
				mention(p.name, p.name)
			}
		}
	case "o":
		for _, o := range s.things {
			if o != e.o && o.serves(e.frame.name) {
				mention(o.noun, t.thing(o, ""))
			}
		}
	case "p":
		for _, p := range s.places {
			if p != e.p {
				mention(p.noun, p.form(""))
			}
		}
	}
	return list
}
