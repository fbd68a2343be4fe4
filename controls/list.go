package controls

import (
	"math"

	"gorgpt/loaders"
)

// control is a model that reads part of an example.
type control struct {
	name, inputs string
	partial      bool
	// features adds the features of an example, or of its answer k for qa. Features that all answers
	// share do not matter, because they cancel in the softmax.
	features func(e example, k int, add adder)
}

// The kinds of features.
const (
	length       kind = iota // text a has more than b words
	shorter                  // more than b answers are shorter
	longer                   // more than b answers are longer
	word                     // word b of text a
	neighbours               // word a followed by word b
	crossPair                // word a of the first text, word b of the second
	contextPair              // word a of the context, word b of the answer
	questionPair             // word a of the question, word b of the answer
	shared                   // more than b of quantity a of overlap.go
)

// The texts of a row by their index; answers count as a third text.
const (
	first, second         = 0, 1
	contextAt, questionAt = 0, 1
	answerAt              = 2
)

// list returns the controls for rows with the given fields, except the majority.
func list(f loaders.Fields) []control {
	switch {
	case f.Answers != "":
		return []control{
			{"length", "length of the answer and its rank", true, answerLengths},
			{"answer only", "words of the answer", true, answerWords},
			{"question + answer", "words of the answer, word pairs with the question", true, together(answerWords, answerPairs(questionPair, questionAt))},
			{BagOfWords, "the same, word pairs with the context", false, together(answerWords, answerPairs(questionPair, questionAt), answerPairs(contextPair, contextAt))},
			{"word overlap", "positions of the answer's words in the context", false, answerOverlap},
		}
	case len(f.Texts) == 1:
		return []control{
			{"length", "number of words", true, textLengths},
			{BagOfWords, "words", false, wordsOf(first)},
			{"bigrams", "words and pairs of neighbours", false, together(wordsOf(first), bigrams)},
		}
	}
	names := [2]string{"first text", "second text"}
	if len(f.Texts[0]) > 1 { // a name, not a letter
		names = [2]string(f.Texts)
	}
	return []control{
		{"length", "numbers of words", true, textLengths},
		{names[0] + " only", "words of the " + names[0], true, wordsOf(first)},
		{names[1] + " only", "words of the " + names[1], true, wordsOf(second)},
		{BagOfWords, "words of each text", false, together(wordsOf(first), wordsOf(second))},
		{"word overlap", "number and share of common words", false, overlap},
		{"word pairs", "words, word pairs across the texts", false, together(wordsOf(first), wordsOf(second), crossPairs)},
	}
}

// together combines the features of several functions.
func together(all ...func(example, int, adder)) func(example, int, adder) {
	return func(e example, k int, add adder) {
		for _, features := range all {
			features(e, k, add)
		}
	}
}

// atLeast adds the features n > 0, n > 1, …, so that a linear model can form any function of n.
func atLeast(add adder, k kind, a int32, n int) {
	for b := range int32(n) {
		add(feature{k, a, b}, 1)
	}
}

// coarse returns n up to 32. Beyond, it grows by four with each doubling of n.
func coarse(n int) int {
	const exact = 32
	if n <= exact {
		return n
	}
	return exact + int(4*math.Log2(float64(n)/exact))
}

func textLengths(e example, _ int, add adder) {
	for a, t := range e.texts {
		atLeast(add, length, int32(a), coarse(len(t.words)))
	}
}

func answerLengths(e example, k int, add adder) {
	n, below, above := len(e.answers[k].words), 0, 0
	for _, other := range e.answers {
		if len(other.words) < n {
			below++
		}
		if len(other.words) > n {
			above++
		}
	}
	atLeast(add, length, answerAt, coarse(n))
	atLeast(add, shorter, 0, below)
	atLeast(add, longer, 0, above)
}

// wordsOf counts the words of a text.
func wordsOf(a int32) func(example, int, adder) {
	return func(e example, _ int, add adder) {
		for _, w := range e.texts[a].words {
			add(feature{word, a, w}, 1)
		}
	}
}

func bigrams(e example, _ int, add adder) {
	t := e.texts[first].words
	for i := 1; i < len(t); i++ {
		add(feature{neighbours, t[i-1], t[i]}, 1)
	}
}

func answerWords(e example, k int, add adder) {
	for _, w := range e.answers[k].words {
		add(feature{word, answerAt, w}, 1)
	}
}

// crossPairs adds the pairs of a word of the first text and a word of the second.
func crossPairs(e example, _ int, add adder) {
	pairs(crossPair, e.texts[first], e.texts[second], add)
}

// answerPairs adds the pairs of a word of a text and a word of the answer.
func answerPairs(k kind, text int) func(example, int, adder) {
	return func(e example, answer int, add adder) {
		pairs(k, e.texts[text], e.answers[answer], add)
	}
}

func pairs(k kind, a, b text, add adder) {
	for _, v := range a.types {
		for _, w := range b.types {
			add(feature{k, v, w}, 1)
		}
	}
}
