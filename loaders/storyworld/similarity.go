package storyworld

import (
	"math/rand/v2"
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

// newPair draws what happens to two people, and for one of them perhaps only a feeling.
func newPair(r *rand.Rand, split Split) (pair, bool) {
	s, t := stage(r, split)
	p := pair{s, t, nil}
	for len(p.events) < 2 {
		e, ok := p.other()
		if !ok {
			return pair{}, false
		}
		p.events = append(p.events, e)
		if chance(r, 0.5) {
			break
		}
	}
	return p, true
}

// text tells events.
func (p pair) text(events []event) string {
	told := make([]string, len(events))
	for i, e := range events {
		p.topic = nil
		if e.feel != "" {
			e.feel = p.scene.word(kindOfWord(e.feel))
		}
		told[i] = p.full(e, asserted)
	}
	return strings.Join(told, " ")
}

// changed is an event with one of its parts changed.
func (p pair) changed(e event) event {
	if e.kind() != "" {
		return p.cause(e.a, kindOf(p.scene.r, !words().pleasant[e.kind()]))
	}
	if e.o != nil && chance(p.scene.r, 0.4) {
		if c, ok := p.vary(e); ok {
			return c
		}
	}
	return p.corrupt(e)
}

// other is any event: a feeling, what causes one, or a deed.
func (p pair) other() (event, bool) {
	a, kind := pick(p.scene.r, p.people), kindOf(p.scene.r, chance(p.scene.r, 0.5))
	switch x := p.scene.r.Float64(); {
	case x < 0.35:
		return feeling(a, p.scene.word(kind)), true
	case x < moods:
		return p.cause(a, kind), true
	}
	return p.deed()
}

// similarityRow is a pair of texts that tell the same, or differ in one event or
// a part of one.
func similarityRow(r *rand.Rand, split Split) (loaders.Row, bool) {
	same := r.IntN(2)
	p, ok := newPair(r, split)
	if !ok {
		return loaders.Row{}, false
	}
	again := append([]event(nil), p.events...)
	if same == 0 {
		i := r.IntN(len(again))
		if chance(r, 0.25) {
			again[i] = p.changed(again[i])
		} else if again[i], ok = p.other(); !ok {
			return loaders.Row{}, false
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
	again, score := append([]event(nil), p.events...), 0.0
	for i := range again {
		switch r.IntN(3) {
		case 0:
			score += 5
		case 1:
			again[i] = p.changed(again[i])
			score += 2.5
		case 2:
			if again[i], ok = p.other(); !ok {
				return loaders.Row{}, false
			}
		}
	}
	text := strconv.FormatFloat(score/float64(len(again)), 'f', 2, 64)
	return loaders.Row{Texts: p.texts(again), Label: loaders.Label{Text: text, Form: loaders.Float}}, true
}
