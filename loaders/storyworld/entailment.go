package storyworld

import (
	"math/rand/v2"

	"gorgpt/loaders"
)

var relations = map[truth]string{isTrue: "entailment", isFalse: "contradiction", unknown: "neutral"}

// entailmentRow is a scene and a statement: about what happened in it, or about something
// that the premise does not tell.
func entailmentRow(r *rand.Rand, split Split) (loaders.Row, bool) {
	v := truth(r.IntN(3)) // drawn first: no premise is likelier to be kept for one of them
	for {
		s, t := stage(r, split)
		first, ok1 := s.happen(t, moods, 0)
		_, ok2 := s.happen(t, moods, 0)
		if !ok1 || !ok2 {
			continue
		}
		premise := []string{first}
		if chance(r, 0.3) {
			premise = append(premise, s.aside(t))
		}
		about, statement := s.events[0], v
		if v == unknown {
			about, statement = s.events[1], truth(r.IntN(2)) // which is not told
		}
		c, ok := s.claimOf(about, statement)
		if !ok {
			continue
		}
		t.topic = nil
		texts := []string{shuffled(r, premise), t.full(c.event, c.how)}
		return loaders.Row{Texts: texts, Label: label(relations[v])}, true
	}
}

// moods is the share of what makes somebody feel something, in what happens.
const moods = 0.8
