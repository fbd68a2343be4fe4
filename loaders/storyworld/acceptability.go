package storyworld

import (
	"math/rand/v2"
	"strings"

	"gorgpt/loaders"
)

// acceptabilityRow is the text of a row about feelings as it is, or with two neighbouring words
// exchanged at one place, which nearly always makes a sentence that nobody would write.
func acceptabilityRow(r *rand.Rand, split Split) (loaders.Row, bool) {
	row, ok := sentimentRow(r, split)
	if !ok {
		return row, false
	}
	words := strings.Fields(row.Texts[0])
	at, name := r.IntN(len(words)-1), "1"
	if chance(r, 0.5) {
		if strings.EqualFold(words[at], words[at+1]) {
			return loaders.Row{}, false
		}
		words[at], words[at+1], name = words[at+1], words[at], "0"
	}
	return loaders.Row{Texts: []string{strings.Join(words, " ")}, Label: loaders.Label{Text: name, Form: loaders.Integer}}, true
}
