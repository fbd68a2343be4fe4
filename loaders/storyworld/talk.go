package storyworld

import (
	"fmt"
	"strings"
)

// talk writes what two people say about a scene: a question and its answer, or a
// statement and whether it is so.
func (b *book) talk(s *scene) {
	if len(s.events) == 0 {
		return
	}
	if chance(b.r, 0.4) {
		if q, ok := s.question(&b.teller, 0.7); ok {
			b.exchange(q.text, "inquire", q.answer)
			return
		}
	}
	v := b.truth()
	c, ok := s.claim(v)
	if !ok {
		return
	}
	reply := verdicts[v]
	if c.feel != "" && chance(b.r, 0.6) { // first what is so, then what follows
		reply = capital(s.word(s.felt[c.a])) + ". So " + strings.ToLower(reply)
	}
	b.exchange(b.full(c.event, c.how), "claim", reply)
}

// truth draws what a statement in a book is: mostly true. Were it as often false, no one
// word of a statement or of its story would make one verdict likelier, and a small model
// would not begin to learn how the two go together.
func (b *book) truth() truth {
	switch x := b.r.Float64(); {
	case x < 0.64:
		return isTrue
	case x < 0.88:
		return isFalse
	}
	return unknown
}

// verdicts are what is said of a statement.
var verdicts = map[truth]string{isTrue: "Yes.", isFalse: "No.", unknown: "Perhaps."}

// exchange is a line of dialogue and its reply.
func (b *book) exchange(line, verb, reply string) {
	c, d := b.r.IntN(len(b.world.people)), b.r.IntN(len(b.world.people)-1)
	if d >= c {
		d++
	}
	say := func(verb string, who int) string {
		return b.verb(segment{head: verb}) + " " + b.world.people[who].name + "."
	}
	if chance(b.r, 0.9) { // without saying who speaks
		b.paragraph(fmt.Sprintf("“%s” “%s”", line, reply))
		return
	}
	b.paragraph(fmt.Sprintf("“%s” %s “%s” %s", spoken(line), say(verb, c), spoken(reply), say("say", d)))
}

// spoken is a line before "she said": a full stop becomes a comma.
func spoken(line string) string {
	if rest, ok := strings.CutSuffix(line, "."); ok {
		return rest + ","
	}
	return line
}
