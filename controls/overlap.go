package controls

import "slices"

// The quantities that shared features count.
const (
	inBoth           int32 = iota // words in both texts
	onlyFirst                     // words only in the first text
	onlySecond                    // words only in the second text
	tenthsOfFirst                 // share of the first text's words that the second has, in tenths
	tenthsOfSecond                // share of the second text's words that the first has, in tenths
	neighboursInBoth              // pairs of neighbouring words in both texts
	tenthsInContext               // share of the answer's words in the context, in tenths
	tenthsInQuestion              // share of the answer's words in the question, in tenths
	mentions                      // mentions of the whole answer in the context
	fewerMentions                 // answers mentioned less often
	moreMentions                  // answers mentioned more often
	tenthsBeforeLast              // share of the context before the end of the answer's last mention, in tenths
	earlierLast                   // answers last mentioned earlier, or never
	laterLast                     // answers last mentioned later
	nearby                        // words of the question near a mention of the answer
	fewerNearby                   // answers with fewer such words
	moreNearby                    // answers with more such words
)

// overlap adds features that measure how much the texts of a pair share.
func overlap(e example, _ int, add adder) {
	a, b := e.texts[first], e.texts[second]
	n := common(a, b)
	for _, q := range []struct {
		what int32
		n    int
	}{
		{inBoth, n},
		{onlyFirst, len(a.types) - n},
		{onlySecond, len(b.types) - n},
		{neighboursInBoth, commonNeighbours(a, b)},
		{tenthsOfFirst, tenths(n, len(a.types))},
		{tenthsOfSecond, tenths(n, len(b.types))},
	} {
		atLeast(add, shared, q.what, coarse(q.n))
	}
}

// answerOverlap adds features that measure where the answer's words occur, and compares this with
// the other answers.
func answerOverlap(e example, k int, add adder) {
	answer := e.answers[k]
	atLeast(add, shared, tenthsInContext, tenths(common(answer, e.texts[contextAt]), len(answer.types)))
	atLeast(add, shared, tenthsInQuestion, tenths(common(answer, e.texts[questionAt]), len(answer.types)))
	var all [3][]int // for each answer: mentions, end of the last mention, words of the question nearby
	for _, other := range e.answers {
		count, last, near := mentionsOf(other, e.texts[contextAt], e.texts[questionAt])
		all[0], all[1], all[2] = append(all[0], count), append(all[1], last), append(all[2], near)
	}
	atLeast(add, shared, mentions, coarse(all[0][k]))
	atLeast(add, shared, tenthsBeforeLast, tenths(all[1][k], len(e.texts[contextAt].words)))
	atLeast(add, shared, nearby, coarse(all[2][k]))
	rank(add, fewerMentions, moreMentions, all[0], k)
	rank(add, earlierLast, laterLast, all[1], k)
	rank(add, fewerNearby, moreNearby, all[2], k)
}

// rank adds how many of the other numbers are less than x[k], and how many are greater.
func rank(add adder, less, more int32, x []int, k int) {
	below, above := 0, 0
	for _, v := range x {
		if v < x[k] {
			below++
		}
		if v > x[k] {
			above++
		}
	}
	atLeast(add, shared, less, below)
	atLeast(add, shared, more, above)
}

// mentionsOf looks for the whole answer in the context. It returns the number of mentions, the end of
// the last one (0 if there is none), and the greatest number of words of the question close to one
// mention.
func mentionsOf(answer, context, question text) (count, last, near int) {
	const reach = 10
	n := len(answer.words)
	for at := 0; n > 0 && at+n <= len(context.words); at++ {
		if !slices.Equal(context.words[at:at+n], answer.words) {
			continue
		}
		around := context.words[max(at-reach, 0):min(at+n+reach, len(context.words))]
		found := 0
		for _, w := range question.types {
			if slices.Contains(around, w) {
				found++
			}
		}
		count, last, near = count+1, at+n, max(near, found)
	}
	return count, last, near
}

// common returns the number of different words that both texts have.
func common(a, b text) (n int) {
	for _, w := range a.types {
		if b.has(w) {
			n++
		}
	}
	return n
}

// commonNeighbours returns the number of pairs of neighbouring words in b that also occur in a.
func commonNeighbours(a, b text) (n int) {
	seen := map[[2]int32]bool{}
	for i := 1; i < len(a.words); i++ {
		seen[[2]int32{a.words[i-1], a.words[i]}] = true
	}
	for i := 1; i < len(b.words); i++ {
		if seen[[2]int32{b.words[i-1], b.words[i]}] {
			n++
		}
	}
	return n
}

// tenths returns the share n/of in tenths, rounded down, so that only the whole gives ten.
func tenths(n, of int) int {
	if of == 0 {
		return 0
	}
	return 10 * n / of
}
