package storyworld

import (
	"maps"
	"math/rand/v2"
	"strings"
	"unicode"
	"unicode/utf8"
)

// event is a frame with its roles filled: something that happens, or is so.
type event struct {
	frame *frame
	a, b  *person
	o     *thing
	p     *place
	feel  string            // what a feels, for {f}
	words map[string]string // the words of the lexicon that it is about, once they are drawn
}

// clone is a copy that may be changed.
func (e event) clone() event {
	e.words = maps.Clone(e.words)
	return e
}

// teller puts events into sentences.
type teller struct {
	r     *rand.Rand
	split Split // whose templates are used
	tense tense
	topic *person // for whom a pronoun is clear
}

// sentence is a sentence, and whether its first word is a name, which stays a capital
// within a longer one.
type sentence struct {
	text  string
	named bool
}

// say tells an event in one of the forms that its frame has for how.
func (t *teller) say(e event, how string) sentence {
	f := pick(t.r, e.frame.forms[t.split][how])
	s := t.fill(f.core, e)
	if f.opening == "" {
		return s
	}
	return sentence{text: s.after(f.opening)}
}

// full is the sentence as it stands alone.
func (t *teller) full(e event, how string) string { return capital(t.say(e, how).text) }

// fill puts an event into the slots of a template.
func (t *teller) fill(core template, e event) sentence {
	var b strings.Builder
	named := false
	for i, s := range core {
		if s.head == "" {
			b.WriteString(s.literal)
			continue
		}
		if he := pronouns[s.attr]; i == 0 && s.head == "A" && he != "" && e.a == t.topic && chance(t.r, 0.6) {
			b.WriteString(e.a.pronoun(he))
			continue
		}
		named = named || i == 0 && (s.head == "A" || s.head == "B")
		b.WriteString(t.slot(s, e))
	}
	if t.topic = e.a; e.b != nil && e.a != nil && e.a.she == e.b.she {
		t.topic = nil
	}
	return sentence{b.String(), named}
}

// pronouns stand for what a name would be in.
var pronouns = map[string]string{"": "he", "'s": "his"}

// word draws a word for a kind of feeling.
func (t *teller) word(kind string) string { return pick(t.r, words().feelings[kind]) }

// slot is what stands in one slot.
func (t *teller) slot(s segment, e event) string {
	switch s.head {
	case "A":
		return e.a.form(s.attr)
	case "B":
		return e.b.form(s.attr)
	case "o":
		return t.thing(e.o, s.attr)
	case "p":
		return e.p.form(s.attr)
	case "f":
		if s.attr == "a" {
			return article(e.feel)
		}
		return e.feel
	case "f2":
		return t.word(kindOfWord(e.feel))
	case "g":
		return t.word(kindOf(t.r, !isPleasant(e.feel)))
	case "sign":
		return pick(t.r, words().fillers["sign-"+kindOfWord(e.feel)])
	case "act":
		verb, rest, _ := strings.Cut(pick(t.r, words().fillers["act-"+kindOfWord(e.feel)]), " ")
		return strings.TrimSpace(words().conjugate(verb, t.tense, false) + " " + rest)
	}
	if list := words().fillers[s.head]; list != nil {
		if e.words[s.head] == "" {
			e.words[s.head] = pick(t.r, list)
		}
		if s.attr == "a" {
			return article(e.words[s.head])
		}
		return e.words[s.head]
	}
	return t.verb(s)
}

func (t *teller) thing(o *thing, attr string) string {
	bare := o.noun
	if o.look != "" && (attr == "a" || chance(t.r, 0.5)) {
		bare = o.look + " " + bare
	}
	switch attr {
	case "a":
		return article(bare)
	case "bare":
		return bare
	case "noun":
		return o.noun
	case "kind":
		return o.kind
	case "look":
		if o.look == "" {
			o.look = pick(t.r, words().fillers["adjective"])
		}
		return o.look
	}
	return "the " + bare
}

func (t *teller) verb(s segment) string {
	l, verb := words(), s.head
	if set := l.verbs[verb]; set != nil && !s.exact {
		verb = pick(t.r, set)
	}
	switch s.attr {
	case "base":
		return verb
	case "en":
		return l.participle(verb)
	case "ing":
		return gerund(verb)
	}
	return l.conjugate(verb, t.tense, s.attr == "pl")
}

// form is how a person is named in a slot.
func (p *person) form(attr string) string {
	switch attr {
	case "":
		return p.name
	case "'s":
		return p.name + "'s"
	}
	return p.pronoun(attr)
}

// pronoun is the one that he, him or his stands for.
func (p *person) pronoun(he string) string {
	if p.she {
		return map[string]string{"he": "she", "him": "her", "his": "her"}[he]
	}
	return he
}

// form is how a place is named in a slot.
func (p *place) form(attr string) string {
	switch attr {
	case "to":
		return "to the " + p.noun
	case "np":
		return "the " + p.noun
	}
	return p.in + " the " + p.noun
}

func article(noun string) string {
	if strings.ContainsRune("aeiou", rune(noun[0])) {
		return "an " + noun
	}
	return "a " + noun
}

// capital makes the first letter one.
func capital(s string) string {
	first, size := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(first)) + s[size:]
}

// after puts a sentence behind an opening such as "Then".
func (s sentence) after(opening string) string {
	if opening == "" {
		return capital(s.text)
	}
	if s.named {
		return opening + " " + s.text
	}
	first, size := utf8.DecodeRuneInString(s.text)
	return opening + " " + string(unicode.ToLower(first)) + s.text[size:]
}
