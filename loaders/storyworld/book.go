package storyworld

import (
	"fmt"
	"math/rand/v2"
	"strings"

	"gorgpt/internal/parallel"
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
		texts := make([]string, min(64, 1+(bytes-n)/bookBytes)) // no more than could be needed
		// no call returns an error
		_ = parallel.Do(len(texts), func(i int) error {
			texts[i] = newBook(uint64(len(books) + i)).write()
			return nil
		})
		for _, text := range texts {
			if n >= bytes {
				break
			}
			books = append(books, loaders.Book{Name: fmt.Sprintf("storyworld %d", len(books)+1), Text: text})
			n += len(text)
		}
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

// scene writes one scene: what happens to one or two people, and what is said about it.
func (b *book) scene() {
	s := newScene(b.r, pretraining, b.world)
	people := sample(b.r, b.world.people, 3)
	s.world = &world{people: people, things: sample(b.r, b.world.things, 8), places: sample(b.r, b.world.places, 4), town: b.world.town}
	if chance(b.r, 0.05) {
		b.paragraph(b.setting(s)...)
	}
	for _, a := range people[:1+b.r.IntN(2)] {
		b.paragraph(b.happening(s, a)...)
		for range 2 {
			b.talk(s)
		}
	}
	if chance(b.r, 0.15) {
		b.retell(s)
	}
}

// setting says when it is, and who somebody is.
func (b *book) setting(s *scene) []string {
	a := s.people[0]
	return []string{
		capital(b.aside("chapter", event{}).text),
		capital(b.aside("who", event{a: a, b: s.otherPerson(a), p: pick(b.r, s.places)}).text),
	}
}

// happening is something that makes a person feel something, or a deed.
func (b *book) happening(s *scene, a *person) []string {
	if chance(b.r, 0.9) && s.felt[a] == "" && !s.used[a] {
		return b.mood(s, a)
	}
	e, ok := s.deed()
	if !ok || chance(b.r, 0.15) {
		return []string{b.idle(s)}
	}
	how := asserted
	if chance(b.r, 0.2) && e.frame.has(pretraining, wished) {
		how = wished
	}
	s.add(e, how)
	return []string{b.full(e, how)}
}

// idle is about a thing that no deed is about.
func (b *book) idle(s *scene) string {
	a := pick(b.r, s.people)
	free := s.free("idle")
	if len(free) == 0 {
		free = s.things
	}
	e := event{a: a, b: s.otherPerson(a), o: pick(b.r, free), p: pick(b.r, s.places)}
	return capital(b.aside(pick(b.r, []string{"idle", "idle", "owns"}), e).text)
}

// mood is what happens to somebody and how it feels: perhaps first one thing and then
// another, the last of which counts.
func (b *book) mood(s *scene, a *person) []string {
	var text []string
	pleasant, turn := chance(b.r, 0.5), ""
	if chance(b.r, 0.15) {
		text, turn = append(text, b.full(feeling(a, s.word(kindOf(b.r, !pleasant))), asserted)), "But"
	}
	kind := kindOf(b.r, pleasant)
	e := s.cause(a, kind)
	s.add(e, asserted)
	s.felt[a] = kind
	end := "bad"
	if pleasant {
		end = "good"
	}
	if turn == "" && chance(b.r, 0.15) {
		turn = capital(pick(b.r, words().fillers["begin-"+end]))
	}
	if chance(b.r, 0.3) {
		text = append(text, b.becauseSentence(s, e, kind).after(turn))
	} else {
		text = append(text, b.say(e, asserted).after(turn))
	}
	if chance(b.r, 0.1) {
		text = append(text, capital(pick(b.r, words().fillers["exclaim-"+end])))
	}
	if chance(b.r, 0.5) {
		return append(text, b.feels(s, a, kind))
	}
	return append(text, capital(b.aside("show", event{a: a, feel: s.word(kind)}).text))
}

// becauseSentence says what somebody feels and why.
func (b *book) becauseSentence(s *scene, e event, kind string) sentence {
	told := b.say(feeling(e.a, s.word(kind)), asserted)
	told.text = strings.TrimRight(told.text, ".!") + ", " + b.clause(e) + "."
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
