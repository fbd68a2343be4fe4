package storyworld

import (
	"fmt"
	"math/rand/v2"
	"strings"

	"gorgpt/loaders"
)

// seed is that of everything here.
const seed = 2018

// bookBytes is about how long a book is.
const bookBytes = 20_000

// Books returns about so many bytes of books, the same ones each time. A book is a world
// of its own, told in chapters: what people do, what happens to them and how they feel
// about it, and what they say of it to each other.
func Books(bytes int) []loaders.Book {
	var books []loaders.Book
	for n := 0; n < bytes; {
		text := newBook(uint64(len(books))).write()
		books = append(books, loaders.Book{Name: fmt.Sprintf("storyworld %d", len(books)+1), Text: text})
		n += len(text)
	}
	return books
}

// book is one in the making.
type book struct {
	teller
	world *world
	out   strings.Builder
}

func newBook(n uint64) *book {
	r := rand.New(rand.NewPCG(seed, n))
	b := &book{world: newWorld(r, pretraining, 6, 24, 12)}
	b.teller = teller{r: r, split: pretraining, tense: pick(r, []tense{past, past, past, present})}
	return b
}

func (b *book) write() string {
	hero := b.world.people[0]
	fmt.Fprintf(&b.out, "The Book of %s and the %s\n\n", hero.name, capital(b.world.things[0].noun))
	for chapter := 1; b.out.Len() < bookBytes; chapter++ {
		fmt.Fprintf(&b.out, "Chapter %d\n\n", chapter)
		for range 6 + b.r.IntN(6) {
			b.scene()
		}
	}
	return b.out.String()
}

// paragraph ends the sentences so far.
func (b *book) paragraph(sentences ...string) {
	b.out.WriteString(strings.Join(sentences, " "))
	b.out.WriteString("\n\n")
	b.topic = nil
}

// aside is a sentence of a frame that matters to no question.
func (b *book) aside(name string, e event) sentence {
	e.frame, e.words = phrases().frames[name], map[string]string{}
	return b.say(e, asserted)
}

// scene writes one scene: what happens, and what is said about it.
func (b *book) scene() {
	s := newScene(b.r, pretraining, b.world)
	people := sample(b.r, b.world.people, 3)
	s.world = &world{people: people, things: sample(b.r, b.world.things, 8), places: sample(b.r, b.world.places, 4), town: b.world.town}
	var text []string
	if chance(b.r, 0.15) {
		text = append(text, capital(b.aside("chapter", event{}).text))
	}
	if chance(b.r, 0.1) {
		a := pick(b.r, people)
		text = append(text, capital(b.aside("who", event{a: a, b: s.otherPerson(a), p: pick(b.r, s.places)}).text))
	}
	for range 1 + b.r.IntN(3) {
		b.paragraph(append(text, b.happening(s)...)...)
		text = nil
		for range 1 + b.r.IntN(2) {
			b.talk(s)
		}
	}
	if chance(b.r, 0.15) {
		b.retell(s)
	}
}

var openings = strings.Split("Then|Later|Soon|Meanwhile,|At noon|In the morning|In the evening|After a while|Before long|"+
	"That day|The same day|Next|After that|At last|One day|Once more|By and by|Suddenly|At dawn|At dusk", "|")

func (b *book) opening() string {
	if chance(b.r, 0.3) {
		return pick(b.r, openings)
	}
	return ""
}

// happening is a deed, or something that makes somebody feel something.
func (b *book) happening(s *scene) []string {
	a := pick(b.r, s.people)
	if chance(b.r, 0.8) && s.felt[a] == "" && !s.used[a] {
		return b.mood(s, a)
	}
	if chance(b.r, 0.15) {
		return []string{b.idle(s)}
	}
	e, ok := s.deed()
	if !ok {
		return []string{b.idle(s)}
	}
	how := asserted
	if chance(b.r, 0.2) && e.frame.has(pretraining, wished) {
		how = wished
	}
	s.add(e, how)
	return []string{b.say(e, how).after(b.opening())}
}

// idle is about a thing that no deed is about.
func (b *book) idle(s *scene) string {
	a := pick(b.r, s.people)
	free := s.free("idle")
	if len(free) == 0 {
		free = s.things
	}
	e := event{a: a, b: s.otherPerson(a), o: pick(b.r, free), p: pick(b.r, s.places)}
	return b.aside(pick(b.r, []string{"idle", "idle", "owns"}), e).after(b.opening())
}

// mood is what happens to somebody and how it feels: perhaps first one thing and then
// another, the last of which counts.
func (b *book) mood(s *scene, a *person) []string {
	var text []string
	pleasant := chance(b.r, 0.5)
	if chance(b.r, 0.3) {
		before := s.word(kindOf(b.r, !pleasant))
		text = append(text, b.say(feeling(a, before), asserted).after(pick(b.r, []string{"At first", "Until then", ""})))
		text = append(text, b.mainMood(s, a, kindOf(b.r, pleasant), "But then")...)
		return text
	}
	return b.mainMood(s, a, kindOf(b.r, pleasant), b.opening())
}

func (b *book) mainMood(s *scene, a *person, kind, opening string) []string {
	e := s.cause(a, kind)
	s.add(e, asserted)
	s.felt[a] = kind
	end := "bad"
	if words().pleasant[kind] {
		end = "good"
	}
	if chance(b.r, 0.4) && opening == "" {
		opening = capital(pick(b.r, words().fillers["begin-"+end]))
	}
	var text []string
	if chance(b.r, 0.3) {
		text = append(text, b.becauseSentence(s, e, kind).after(opening))
	} else {
		text = append(text, b.say(e, asserted).after(opening))
	}
	if chance(b.r, 0.3) {
		text = append(text, capital(pick(b.r, words().fillers["exclaim-"+end])))
	}
	for range 1 + b.r.IntN(2) {
		if chance(b.r, 0.25) {
			text = append(text, b.feels(s, a, kind))
			continue
		}
		text = append(text, capital(b.aside("show", event{a: a, feel: s.word(kind)}).text))
	}
	return text
}

// becauseSentence says what somebody feels and why.
func (b *book) becauseSentence(s *scene, e event, kind string) sentence {
	told := b.say(feeling(e.a, s.word(kind)), asserted)
	told.text = strings.TrimRight(told.text, ".!") + ", because " + b.clause(e) + "."
	return told
}

// feels says what somebody feels, plainly or by what it is not.
func (b *book) feels(s *scene, a *person, kind string) string {
	if chance(b.r, 0.25) {
		return b.full(feeling(a, s.word(kindOf(b.r, !words().pleasant[kind]))), negated)
	}
	return b.full(feeling(a, s.word(kind)), asserted)
}

// retell tells a scene again in other words.
func (b *book) retell(s *scene) {
	text := []string{pick(b.r, []string{"That is to say:", "In other words:", b.world.people[0].name + " wrote it all down.", "It was told like this:"})}
	for _, e := range s.events {
		text = append(text, b.full(e.event, e.how))
		if kind := e.kind(); kind != "" && e.how == asserted && chance(b.r, 0.5) {
			text = append(text, b.feels(s, e.a, kind))
		} else if f, ok := e.fact(); ok && e.how == asserted && chance(b.r, 0.4) {
			text = append(text, b.full(f, asserted))
		}
	}
	b.paragraph(text...)
}
