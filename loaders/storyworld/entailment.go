package storyworld

import (
	"math/rand/v2"

	"gorgpt/loaders"
)

var relations = map[truth]string{isTrue: "entailment", isFalse: "contradiction", unknown: "neutral"}

// entailmentRow is a scene and a statement about it.
func entailmentRow(r *rand.Rand, split Split) (loaders.Row, bool) {
	v := truth(r.IntN(3)) // drawn first: no premise is likelier to be kept for one of them
	for {
		s, t := stage(r, split)
		var premise []string
		for range 2 {
			if text, ok := s.happen(t, 0.5, 0.25); ok {
				premise = append(premise, text)
			}
		}
		if chance(r, 0.4) {
			premise = append(premise, s.aside(t))
		}
		if len(s.events) < 2 {
			continue
		}
		if c, ok := s.claim(v); ok {
			t.topic = nil
			texts := []string{shuffled(r, premise), t.full(c.event, c.how)}
			return loaders.Row{Texts: texts, Label: label(relations[v])}, true
		}
	}
}
