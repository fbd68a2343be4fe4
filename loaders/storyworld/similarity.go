package storyworld

import (
	"math"
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

// newPair draws two events: what somebody does, and what somebody feels or does.
func newPair(r *rand.Rand, split Split) (pair, bool) {
	s, t := stage(r, split)
	first, ok := s.deed()
	if !ok {
		return pair{}, false
	}
	second, ok := s.deed()
	if chance(r, 0.5) {
		second = feeling(pick(r, s.people), word(r, kindOf(r, chance(r, 0.5))))
	}
	return pair{s, t, []event{first, second}}, ok
}

// text tells events.
func (p pair) text(events []event) string {
	told := make([]string, len(events))
	for i, e := range events {
		p.topic = nil
		if e.feel != "" {
			e.feel = p.synonym(e.feel)
		}
		told[i] = p.full(e, asserted)
	}
	return strings.Join(told, " ")
}

// synonym is a word for the same feeling.
func (p pair) synonym(feel string) string {
	l := words()
	for _, kind := range l.kinds {
		for _, w := range l.feelings[kind] {
			if w == feel {
				return word(p.scene.r, kind)
			}
		}
	}
	return feel
}

// changed is an event with one of its parts changed.
func (p pair) changed(e event) event {
	if e.o != nil && chance(p.scene.r, 0.4) {
		if c, ok := p.vary(e); ok {
			return c
		}
	}
	return p.corrupt(e)
}

// other is another event altogether.
func (p pair) other() (event, bool) {
	if chance(p.scene.r, 0.3) {
		return feeling(pick(p.scene.r, p.people), word(p.scene.r, kindOf(p.scene.r, chance(p.scene.r, 0.5)))), true
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
		if chance(r, 0.5) {
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

// regressionRow is a pair with a score: 5 for two equal events, and for each of them half
// of it less if another event stands in its place, a quarter of it less if a part of it
// has changed.
func regressionRow(r *rand.Rand, split Split) (loaders.Row, bool) {
	p, ok := newPair(r, split)
	if !ok {
		return loaders.Row{}, false
	}
	again, score := append([]event(nil), p.events...), 5.0
	for i := range again {
		switch r.IntN(3) {
		case 1:
			again[i] = p.changed(again[i])
			score -= 1.25
		case 2:
			if again[i], ok = p.other(); !ok {
				return loaders.Row{}, false
			}
			score -= 2.5
		}
	}
	text := strconv.FormatFloat(math.Round(10*score)/10, 'f', 1, 64)
	return loaders.Row{Texts: p.texts(again), Label: loaders.Label{Text: text, Form: loaders.Float}}, true
}
