package storyworld

import (
	"math/rand/v2"
	"strings"

	"gorgpt/loaders"
)

// turns are words around a change of mood: before the first sentence, and before the
// last, which counts.
var turns = map[Split][][2]string{
	Train: {{"To begin with", "However, then"}, {"Earlier", "Now, however,"}, {"", "Yet then"}},
	Dev:   {{"Before,", "But now"}, {"Once", "But in the end"}},
	Test:  {{"In the beginning", "But finally"}, {"", "However, in the end"}},
}

// sentimentRow tells how somebody feels: by what happens, by a word, by a word that is
// denied, and often first the one and then the other.
func sentimentRow(r *rand.Rand, split Split) (loaders.Row, bool) {
	s, t := stage(r, split)
	a, pleasant := s.people[0], chance(r, 0.5)
	var text []string
	if chance(r, 0.3) {
		text = append(text, s.aside(t))
	}
	if chance(r, 0.65) {
		turn := pick(r, turns[split])
		text = append(text, s.moodOf(t, a, !pleasant).after(turn[0]), s.moodOf(t, a, pleasant).after(turn[1]))
	} else {
		text = append(text, capital(s.moodOf(t, a, pleasant).text))
	}
	name := "negative"
	if pleasant {
		name = "positive"
	}
	return loaders.Row{Texts: []string{strings.Join(text, " ")}, Label: label(name)}, true
}

// moodOf tells that somebody feels well or not.
func (s *scene) moodOf(t *teller, a *person, pleasant bool) sentence {
	switch x := s.r.Float64(); {
	case x < 0.4:
		return t.say(s.cause(a, kindOf(s.r, pleasant)), asserted)
	case x < 0.7:
		return t.say(feeling(a, s.word(kindOf(s.r, pleasant))), asserted)
	}
	return t.say(feeling(a, s.word(kindOf(s.r, !pleasant))), negated)
}
