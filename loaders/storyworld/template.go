package storyworld

import (
	"slices"
	"strings"

	"github.com/pkg/errors"
)

// A template is a sentence with slots in braces:
//
//	{A} {B}           a person: the name or, at the very beginning, a pronoun that is clear
//	{A's}             the same in the possessive
//	{A.he} {A.him} {A.his}
//	{o}               a thing: "the red kite"
//	{a o} {o.bare}    "a red kite", "red kite"
//	{o.noun} {o.kind} {o.look}   "kite", "toy", "red"
//	{p} {to p} {p.np} a place: "in the mill", "to the mill", "the mill"
//	{f} {f2} {g}      a word for what A feels, another for the same, and one for the contrary
//	{sign} {act}      what is seen of it, and what A does of it
//	{contest} …       a word of that section of the lexicon
//	{give}            a verb of that name in the lexicon, third person, in the tense of the text
//	{give!}           this very verb
//	{give.pl} {give.base} {give.en} {give.ing}   plural, infinitive, participle, gerund
type template []segment

// segment is literal text or a slot.
type segment struct {
	literal string
	head    string // what the slot is for; "" for a literal
	attr    string // what follows the point, "'s", "a" or "to"
	exact   bool   // this verb and none of its like
}

func parseTemplate(text string) (template, error) {
	var t template
	for text != "" {
		literal, rest, open := strings.Cut(text, "{")
		if literal != "" {
			t = append(t, segment{literal: literal})
		}
		if !open {
			break
		}
		slot, after, closed := strings.Cut(rest, "}")
		if !closed || slot == "" {
			return nil, errors.Errorf("a slot wants a closing brace: %q", text)
		}
		t = append(t, parseSlot(slot))
		text = after
	}
	if len(t) == 0 {
		return nil, errors.New("the template is empty")
	}
	return t, nil
}

func parseSlot(slot string) segment {
	if head, ok := strings.CutSuffix(slot, "'s"); ok {
		return segment{head: head, attr: "'s"}
	}
	if head, ok := strings.CutSuffix(slot, "!"); ok {
		return segment{head: head, exact: true}
	}
	if article, head, ok := strings.Cut(slot, " "); ok {
		return segment{head: head, attr: article}
	}
	head, attr, _ := strings.Cut(slot, ".")
	return segment{head: head, attr: attr}
}

// says reports whether the words are in a template.
func (t template) says(words string) bool {
	return slices.ContainsFunc(t, func(s segment) bool {
		literal := strings.NewReplacer(".", " ", ",", " ").Replace(strings.ToLower(s.literal))
		return strings.Contains(" "+literal+" ", " "+words+" ")
	})
}
