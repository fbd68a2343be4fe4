package controls

import (
	"slices"
	"strings"
	"unicode"
)

// text holds a text as word ids.
type text struct {
	words []int32
	types []int32 // the different words, sorted
}

// has reports whether a word occurs in the text.
func (t text) has(word int32) bool {
	_, found := slices.BinarySearch(t.types, word)
	return found
}

// vocabulary numbers the words of all sets.
type vocabulary map[string]int32

// texts splits texts into words.
func (v vocabulary) texts(texts []string) []text {
	out := make([]text, len(texts))
	for i, t := range texts {
		for _, word := range split(t) {
			id, found := v[word]
			if !found {
				id = int32(len(v))
				v[word] = id
			}
			out[i].words = append(out[i].words, id)
		}
		out[i].types = slices.Compact(slices.Sorted(slices.Values(out[i].words)))
	}
	return out
}

// split returns the words of a text: runs of letters and digits in lower case, and any other
// character except white space.
func split(t string) (words []string) {
	t = strings.ToLower(t)
	start := -1 // start of the current run; -1 outside a run
	for i, r := range t {
		if unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r) {
			if start < 0 {
				start = i
			}
			continue
		}
		if start >= 0 {
			words, start = append(words, t[start:i]), -1
		}
		if !unicode.IsSpace(r) {
			words = append(words, string(r))
		}
	}
	if start >= 0 {
		words = append(words, t[start:])
	}
	return words
}
