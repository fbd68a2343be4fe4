package spacy

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// exceptions are the chunks that no rule cuts: each has the words it consists of, or nil if it
// is one word.
var exceptions = func() map[string][]string {
	e := make(exceptionTable)
	e.addPronouns()
	e.addQuestionWords()
	e.addVerbs()
	e.addOthers()
	e.addTimes()
	for _, word := range strings.Fields(whole + " " + faces) {
		e[word] = nil
	}
	for _, r := range "abcdefghijklmnopqrstuvwxyzäöü" {
		e[string(r)+"."] = nil
	}
	for _, word := range strings.Fields("ill its hell shell shed were well whore") {
		delete(e, word)
		delete(e, title(word))
	}
	return e
}()

// longestException is the length in bytes of the longest exception.
var longestException = func() (longest int) {
	for word := range exceptions {
		longest = max(longest, len(word))
	}
	return longest
}()

// isException reports whether a text is an exception. The length is checked first, so that it
// does not cost time that grows with the text.
func isException(text string) bool {
	if len(text) > longestException {
		return false
	}
	_, ok := exceptions[text]
	return ok
}

// emitException emits the words of an exception, and reports whether the text is one.
func emitException(text string, emit func(word string)) bool {
	if !isException(text) {
		return false
	}
	words := exceptions[text]
	if words == nil {
		emit(text)
	}
	for _, word := range words {
		emit(word)
	}
	return true
}

// exceptionTable is exceptions while it grows.
type exceptionTable map[string][]string

// add enters a chunk that consists of a word and endings, also with its first letter as a
// capital. Where the first ending has an apostrophe, another entry has none at all: I'll've and
// Illve.
func (e exceptionTable) add(word string, endings ...string) {
	for _, word := range []string{word, title(word)} {
		e.addExact(append([]string{word}, endings...))
		bare := []string{word}
		for _, ending := range endings {
			bare = append(bare, strings.ReplaceAll(ending, "'", ""))
		}
		e.addExact(bare)
	}
}

// addExact enters a chunk as it stands.
func (e exceptionTable) addExact(words []string) { e[strings.Join(words, "")] = words }

// title has the first letter as a capital.
func title(word string) string {
	_, size := utf8.DecodeRuneInString(word)
	return strings.ToUpper(word[:size]) + word[size:]
}

// addPronouns enters the personal pronouns with the verbs that can follow them.
func (e exceptionTable) addPronouns() {
	e.add("i", "'m")
	e.add("i", "'m", "a")
	for _, pronoun := range strings.Fields("i you he she it we they") {
		e.addWillAndWould(pronoun)
		switch pronoun {
		case "he", "she", "it":
			e.add(pronoun, "'s")
			continue
		case "you", "we", "they":
			e.add(pronoun, "'re")
		}
		e.add(pronoun, "'ve")
	}
}

// addWillAndWould enters a word with will and would, and with have after these.
func (e exceptionTable) addWillAndWould(word string) {
	for _, verb := range []string{"'ll", "'d"} {
		e.add(word, verb)
		e.add(word, verb, "'ve")
	}
}

// addQuestionWords enters question words, there and that with the same verbs as pronouns.
func (e exceptionTable) addQuestionWords() {
	for _, word := range strings.Fields("who what when where why how there that") {
		e.addWillAndWould(word)
		for _, verb := range []string{"'s", "'re", "'ve"} {
			e.add(word, verb)
		}
	}
	for _, how := range []string{"how", "How"} {
		e.addExact([]string{how, "'d", "'y"})
	}
}

// addVerbs enters verbs with not, and with have after it or without it.
func (e exceptionTable) addVerbs() {
	for _, verb := range strings.Fields("could might must should would ca do does did had may need ought sha wo") {
		e.add(verb, "n't")
		e.add(verb, "n't", "'ve")
	}
	for _, verb := range strings.Fields("could might must should would not") {
		e.add(verb, "'ve")
	}
	for _, verb := range strings.Fields("ai are is was were have has dare") {
		e.add(verb, "n't")
	}
}

// addOthers enters what is said as one word and written as one.
func (e exceptionTable) addOthers() {
	for _, words := range [][]string{{"can", "not"}, {"gon", "na"}, {"got", "ta"}, {"let", "'s"}} {
		e.addExact(words)
		e.addExact([]string{title(words[0]), words[1]})
	}
	e.addExact([]string{"y'", "all"})
	e.addExact([]string{"y", "all"})
}

// addTimes enters hours of the day with am and pm.
func (e exceptionTable) addTimes() {
	for hour := 1; hour <= 12; hour++ {
		for _, half := range []string{"am", "a.m.", "pm", "p.m."} {
			e.addExact([]string{strconv.Itoa(hour), half})
		}
	}
}

// whole are words that would lose an apostrophe or a full stop to the rules.
const whole = `
	'' 's 'S 'd 'll 're 'em 'nuff 'cause 'Cause 'cos 'Cos 'coz 'Coz 'cuz 'Cuz 'bout
	doin' Doin' goin' Goin' nothin' Nothin' nuthin' Nuthin' ol' Ol' somethin' Somethin'
	lovin' Lovin' havin' Havin'

	Mr. Mrs. Ms. Dr. Messrs. Jr. Rev. Gen. Gov. Sen. Rep. Adm. Ph.D. St. Mt. Bros.
	Co. co. Corp. Inc. Ltd. a.m. p.m. vs. e.g. E.g. i.e. I.e.

	Jan. Feb. Mar. Apr. May. Jun. Jul. Aug. Sep. Sept. Oct. Nov. Dec.

	Ak. Ala. Ariz. Ark. Calif. Colo. Conn. Del. Fla. Ga. Ia. Id. Ill. Ind. Kan. Kans. Ky. La.
	Mass. Md. Mich. Minn. Miss. Mo. Mont. Neb. Nebr. Nev. Okla. Ore. Pa. Tenn. Va. Wash. Wis.

	<space>`

// faces are those that the rules would cut.
const faces = `:1 :3 :0 :o :O :p :P :x :X :D :> =3 =D <3 <33 <333 >:o >.< >.> <.< o.O`
