package storyworld

import (
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"

	"gorgpt/loaders"
)

// pair is one story told twice, the second time perhaps not the same.
type pair struct {
	*scene
	*teller
	events []event
}

// newPair draws one or two things that happen.
func newPair(r *rand.Rand, split Split) (pair, bool) {
	s, t := stage(r, split)
	p := pair{s, t, nil}
	n := 1
	if chance(r, 0.3) {
		n = 2
	}
	for range n {
		e, ok := p.other(pick(r, s.people))
		if !ok {
			return pair{}, false
		}
		p.events = append(p.events, e)
	}
	return p, true
}

// text tells events.
func (p pair) text(events []event) string {
	told := make([]string, len(events))
	for i, e := range events {
		p.topic = nil
		told[i] = p.full(e, asserted)
	}
	return strings.Join(told, " ")
}

// again has the events for a second telling, which has other words for feelings.
func (p pair) again() []event {
	again := slices.Clone(p.events)
	for i, e := range again {
		if e.feel != "" {
			again[i].feel = p.scene.synonym(e.feel)
		}
	}
	return again
}

// changed is an event with one of its parts changed.
func (p pair) changed(e event) event {
	switch {
	case e.kind() != "":
		return p.cause(e.a, p.likeKind(e.kind()))
	case e.feel != "":
		return feeling(e.a, p.scene.word(p.likeKind(kindOfWord(e.feel))))
	case e.o != nil && chance(p.scene.r, 0.4):
		if c, ok := p.vary(e); ok {
			return c
		}
	}
	return p.corrupt(e)
}

// moods is the share of feelings and their causes in what is told.
const moods = 0.85

// other is any event of a person: a feeling, what causes one, or a deed.
func (p pair) other(a *person) (event, bool) {
	kind := kindOf(p.scene.r, chance(p.scene.r, 0.5))
	switch x := p.scene.r.Float64(); {
	case x < 0.5:
		return feeling(a, p.scene.word(kind)), true
	case x < moods:
		return p.cause(a, kind), true
	}
	return p.deed()
}

// against is an event that cannot be taken for e: of the same person, and the contrary of
// what that one feels.
func (p pair) against(e event) event {
	if kind := e.kind(); kind != "" {
		return p.cause(e.a, kindOf(p.scene.r, !words().pleasant[kind]))
	}
	return p.corrupt(e)
}

// similarityRow is a pair of texts that tell the same, or differ in one event or
// a part of one.
func similarityRow(r *rand.Rand, split Split) (loaders.Row, bool) {
	same := r.IntN(2)
	p, ok := newPair(r, split)
	if !ok {
		return loaders.Row{}, false
	}
	again := p.again()
	if same == 0 {
		i := r.IntN(len(again))
		if chance(r, 0.2) {
			again[i] = p.changed(again[i])
		} else {
			again[i] = p.against(again[i])
		}
	}
	return loaders.Row{Texts: p.texts(again), Label: loaders.Label{Text: strconv.Itoa(same), Form: loaders.Integer}}, true
}

// texts are the first telling and the second, in either order.
func (p pair) texts(again []event) []string {
	texts := []string{p.text(p.events), p.text(again)}
	p.scene.r.Shuffle(2, func(i, j int) { texts[i], texts[j] = texts[j], texts[i] })
	return texts
}

// regressionRow is a pair with a score: the mean over the events of 5 for one told again,
// 2.5 for one with a part changed, and 0 for another in its place.
func regressionRow(r *rand.Rand, split Split) (loaders.Row, bool) {
	p, ok := newPair(r, split)
	if !ok {
		return loaders.Row{}, false
	}
	again, score := p.again(), 0.0
	for i := range again {
		switch r.IntN(3) {
		case 0:
			score += 5
		case 1:
			again[i] = p.changed(again[i])
			score += 2.5
		case 2:
			again[i] = p.against(again[i])
		}
	}
	text := strconv.FormatFloat(score/float64(len(again)), 'f', 2, 64)
	return loaders.Row{Texts: p.texts(again), Label: loaders.Label{Text: text, Form: loaders.Float}}, true
}
