package storyworld

import (
	"math/rand/v2"
	"slices"
)

// told is an event and how it is told.
type told struct {
	event
	how string
}

// scene is what happens in one place of a story. No thing is in two of its deeds, and
// nobody goes to two places or feels two things at its end, so that what is so at the end
// follows from single events.
type scene struct {
	*world
	r       *rand.Rand
	split   Split
	events  []told
	used    map[any]bool // things in deeds; people who went somewhere
	felt    map[*person]string
	whyless bool // a feeling is told without its cause, so nobody can say why
}

func newScene(r *rand.Rand, split Split, w *world) *scene {
	return &scene{world: w, r: r, split: split, used: map[any]bool{}, felt: map[*person]string{}}
}

// add appends an event.
func (s *scene) add(e event, how string) { s.events = append(s.events, told{e, how}) }

// deed draws something that a person does, and reserves what it is about.
// It fails if nobody and nothing is left.
func (s *scene) deed() (event, bool) {
	for range tries {
		e := event{frame: pick(s.r, phrases().deeds), words: map[string]string{}}
		if s.cast(&e) {
			return e, true
		}
	}
	return event{}, false
}

// tries is how often something is drawn until it fits.
const tries = 30

// cast fills the roles of a deed; it fails when the scene has nothing left to fill them.
func (s *scene) cast(e *event) bool {
	f := e.frame
	people := sample(s.r, s.people, 2)
	e.a = people[0]
	if f.name == "go" || f.name == "meet" {
		if s.used[e.a] {
			return false
		}
	}
	if f.mentions("B") {
		e.b = people[1]
	}
	if f.mentions("p") {
		e.p = pick(s.r, s.places)
	}
	if f.mentions("o") {
		free := s.free(f.name)
		if len(free) == 0 {
			return false
		}
		e.o = pick(s.r, free)
		s.used[e.o] = true
	}
	if f.name == "go" || f.name == "meet" {
		s.used[e.a] = true
	}
	return true
}

// free lists the things that no deed is about yet and that serve in a frame.
func (s *scene) free(frame string) []*thing {
	var free []*thing
	for _, t := range s.things {
		if !s.used[t] && t.serves(frame) {
			free = append(free, t)
		}
	}
	return free
}

// cause draws something that makes a person feel something of that kind.
func (s *scene) cause(a *person, kind string) event { return s.causeOf(a, pick(s.r, causesOf(kind))) }

// causesOf lists the causes of a kind of feeling.
func causesOf(kind string) []*frame {
	var fitting []*frame
	for _, f := range phrases().causes {
		if f.effect[0] == kind {
			fitting = append(fitting, f)
		}
	}
	return fitting
}

func (s *scene) causeOf(a *person, f *frame) event {
	e := event{frame: f, a: a, words: map[string]string{}}
	e.b, e.o = s.otherPerson(a), s.anything(f.name)
	return e
}

// anything serves in a frame: a thing of the world or, if none does, another.
func (s *scene) anything(frame string) *thing {
	var serving []*thing
	for _, t := range s.things {
		if t.serves(frame) {
			serving = append(serving, t)
		}
	}
	if len(serving) > 0 {
		return pick(s.r, serving)
	}
	for {
		if t := pick(s.r, words().things); t.serves(frame) {
			return &t
		}
	}
}

// feeling says that a person feels something.
func feeling(a *person, word string) event {
	return event{frame: phrases().frames["feel"], a: a, feel: word}
}

// kindOf is a kind of feeling that is pleasant, or one that is not.
func kindOf(r *rand.Rand, pleasant bool) string {
	for {
		if kind := pick(r, words().kinds); words().pleasant[kind] == pleasant {
			return kind
		}
	}
}

// word draws a word for a kind of feeling.
func (s *scene) word(kind string) string { return pick(s.r, words().feelings[kind]) }

// synonym draws another word for the same kind of feeling.
func (s *scene) synonym(word string) string {
	for {
		if other := s.word(kindOfWord(word)); other != word {
			return other
		}
	}
}

// fact is what follows from a deed, if anything does.
func (e event) fact() (event, bool) {
	if len(e.frame.effect) < 2 {
		return event{}, false
	}
	f := event{frame: phrases().frames[e.frame.effect[0]], words: map[string]string{}}
	for i, role := range e.frame.effect[1:] {
		switch {
		case role == "o":
			f.o = e.o
		case role == "p":
			f.p = e.p
		case i == 0:
			f.a = e.role(role)
		default:
			f.b = e.role(role)
		}
	}
	return f, true
}

func (e event) role(name string) *person {
	if name == "A" {
		return e.a
	}
	return e.b
}

// otherPerson, otherPlace and otherThing are of the world, but not those given.
func (s *scene) otherPerson(not ...*person) *person {
	return pick(s.r, slices.DeleteFunc(slices.Clone(s.people), func(p *person) bool { return slices.Contains(not, p) }))
}

func (s *scene) otherPlace(not *place) *place {
	return pick(s.r, slices.DeleteFunc(slices.Clone(s.places), func(p *place) bool { return p == not }))
}

// corrupt changes an event into one that cannot be so if the event is.
func (s *scene) corrupt(e event) event {
	c := e.clone()
	switch {
	case e.feel != "":
		c.feel = s.word(kindOf(s.r, !isPleasant(e.feel)))
	case e.frame.name == "broken":
		c.frame = phrases().frames["whole"]
	case e.frame.name == "whole":
		c.frame = phrases().frames["broken"]
	case e.b != nil && e.p == nil && chance(s.r, 0.5):
		c.a, c.b = e.b, e.a
	case e.b != nil && e.p == nil:
		c.b = s.otherPerson(e.a, e.b)
	case e.p != nil:
		c.p = s.otherPlace(e.p)
	default:
		c.a = s.otherPerson(e.a)
	}
	return c
}

// vary changes an event into one of which the scene tells nothing: another feeling that
// is as pleasant, for one can have both, or a deed to a thing that no other is about.
func (s *scene) vary(e event) (event, bool) {
	c := e.clone()
	if e.feel != "" {
		c.feel = s.word(s.likeKind(kindOfWord(e.feel)))
		return c, true
	}
	if e.o == nil {
		c.a = s.otherPerson(e.a, e.b)
		return c, !s.used[c.a]
	}
	free := s.free(e.frame.name)
	if len(free) == 0 {
		return c, false
	}
	c.o = pick(s.r, free)
	return c, true
}

// likeKind is another kind of feeling that is as pleasant.
func (s *scene) likeKind(kind string) string {
	for {
		if other := kindOf(s.r, words().pleasant[kind]); other != kind {
			return other
		}
	}
}

func isPleasant(word string) bool { return words().pleasant[kindOfWord(word)] }

// kindOfWord is the kind of feeling that a word is for.
func kindOfWord(word string) string {
	for _, kind := range words().kinds {
		if slices.Contains(words().feelings[kind], word) {
			return kind
		}
	}
	return ""
}
