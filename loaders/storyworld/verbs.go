package storyworld

import (
	"regexp"
	"strings"
)

// tense is that of a whole text.
type tense int

const (
	past tense = iota
	present
)

// auxiliaries are the verbs that follow no rule: third person and plural, past and
// present.
var auxiliaries = map[string][2][2]string{
	"be":   {past: {"was", "were"}, present: {"is", "are"}},
	"have": {past: {"had", "had"}, present: {"has", "have"}},
	"do":   {past: {"did", "did"}, present: {"does", "do"}},
	"can":  {past: {"could", "could"}, present: {"can", "can"}},
	"will": {past: {"would", "would"}, present: {"will", "will"}},
}

// conjugate is the third person of a verb.
func (l *lexicon) conjugate(verb string, t tense, plural bool) string {
	number := 0
	if plural {
		number = 1
	}
	if a, ok := auxiliaries[verb]; ok {
		return a[t][number]
	}
	switch {
	case t == past:
		return l.past(verb)
	case plural:
		return verb
	}
	return withS(verb)
}

func (l *lexicon) past(verb string) string {
	if f, ok := l.forms[verb]; ok {
		return f[0]
	}
	return withSuffix(verb, "ed")
}

func (l *lexicon) participle(verb string) string {
	if f, ok := l.forms[verb]; ok {
		return f[1]
	}
	return withSuffix(verb, "ed")
}

// gerund is the form in -ing.
func gerund(verb string) string {
	switch {
	case strings.HasSuffix(verb, "ie"):
		return strings.TrimSuffix(verb, "ie") + "ying"
	case strings.HasSuffix(verb, "ee"), verb == "be":
		return verb + "ing"
	}
	return withSuffix(verb, "ing")
}

// doubles matches verbs that double their last letter before a suffix: one syllable with
// a single vowel before a single consonant.
var doubles = regexp.MustCompile(`^[^aeiouy]*[aeiou][^aeiouwxy]$`)

// withSuffix adds -ed or -ing as spelling has it.
func withSuffix(verb, suffix string) string {
	stem, consonantY := strings.CutSuffix(verb, "y")
	consonantY = consonantY && !strings.ContainsAny(stem[len(stem)-1:], "aeiou")
	switch {
	case strings.HasSuffix(verb, "e"):
		return strings.TrimSuffix(verb, "e") + suffix
	case consonantY && suffix == "ed":
		return stem + "ied"
	case doubles.MatchString(verb):
		return verb + verb[len(verb)-1:] + suffix
	}
	return verb + suffix
}

// withS is the third person singular of the present.
func withS(verb string) string {
	stem, endsInY := strings.CutSuffix(verb, "y")
	switch {
	case endsInY && !strings.ContainsAny(stem[len(stem)-1:], "aeiou"):
		return stem + "ies"
	case strings.HasSuffix(verb, "s"), strings.HasSuffix(verb, "x"), strings.HasSuffix(verb, "sh"),
		strings.HasSuffix(verb, "ch"), verb == "go":
		return verb + "es"
	}
	return verb + "s"
}
