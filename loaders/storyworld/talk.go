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
	v := pick(b.r, []truth{isTrue, isTrue, isFalse, isFalse, unknown})
	c, ok := s.claim(v)
	if !ok {
		return
	}
	b.exchange(b.full(c.event, c.how), "claim", verdicts[v])
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
