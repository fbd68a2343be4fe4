package tokenizer

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"unicode/utf8"

	"github.com/pkg/errors"
)

// TrainConfig configures a [Trainer].
// A TrainConfig is safe for concurrent use as long as nothing changes it.
type TrainConfig struct {
	// VocabSize is the number of tokens, including Unknown and the characters. A text with too few
	// different pairs gives fewer.
	VocabSize int

	// Pipeline splits the texts into words. It becomes the pipeline of the tokenizer.
	Pipeline Pipeline

	// MinFrequency is the number of times that a pair must occur to be merged; 0 means 2.
	MinFrequency int

	// MaxMemory limits the memory of counted words, in bytes: 64 for each word in addition to its own
	// bytes, and for learning 32 for every byte beyond the 64th. 0 means 256 MiB, enough for about
	// 3.5 million words. Text is counted in slabs of 64 MiB. If the limit is exceeded after a slab, the
	// rarest words are removed until half of the memory is free. A removed word that occurs again
	// starts from 0. See [Trainer.Lost].
	MaxMemory int

	// Context, if not nil, can end counting and learning early: [Trainer.Train] and [Trainer.Counts]
	// then return its error.
	Context context.Context
}

// Trainer learns a vocabulary from texts.
// A Trainer must not be used by several goroutines at once.
type Trainer struct {
	cfg   TrainConfig
	words map[string]int // number of occurrences of each word
	cost  int            // bytes of memory that words takes
	lost  Lost
	long  int // number of words that were cut at the maximum length

	slab      []string // texts that wait to be counted
	waiting   int      // their bytes
	slabBytes int      // how many are counted at a time
}

// NewTrainer returns a trainer without texts.
func NewTrainer(cfg TrainConfig) *Trainer {
	if cfg.MinFrequency == 0 {
		cfg.MinFrequency = 2
	}
	if cfg.MaxMemory == 0 {
		cfg.MaxMemory = 256 << 20
	}
	if cfg.Context == nil {
		cfg.Context = context.Background()
	}
	return &Trainer{cfg: cfg, words: make(map[string]int), slabBytes: slabBytes}
}

// Train learns the vocabulary of all texts added so far. Id 0 is Unknown. Then come all characters, within
// a word and at its end, the line break, if the pipeline keeps it, and the merges: in each step that of
// the most frequent pair, among equals the first in lexicographic order.
//
// The result does not depend on the number of cores, nor, unless the memory limit was reached, on the order
// of the texts.
//
// It is an error if the texts have no word or the characters alone exceed the size.
func (tr *Trainer) Train() (*Tokenizer, error) {
	if tr.cfg.MinFrequency < 0 {
		return nil, errors.Errorf("training a vocabulary: minimum frequency %d is negative", tr.cfg.MinFrequency)
	}
	if err := tr.count(); err != nil {
		return nil, errors.Wrap(err, "training a vocabulary")
	}
	if len(tr.words) == 0 {
		return nil, errors.New("training a vocabulary: the text has no words")
	}
	alphabet := tr.alphabet()
	if need := 1 + 2*len(alphabet) + min(tr.words[lineBreak], 1); tr.cfg.VocabSize < need {
		return nil, errors.Errorf("training a vocabulary: %d tokens cannot hold the %d characters of the text "+
			"in both forms and %s: ask for %d or more", tr.cfg.VocabSize, len(alphabet), Unknown, need)
	}
	l := newLearner(alphabet)
	for _, word := range slices.Sorted(maps.Keys(tr.words)) {
		if err := tr.cfg.Context.Err(); err != nil {
			return nil, errors.Wrap(err, "training a vocabulary")
		}
		if word == lineBreak {
			l.addToken(lineBreakToken)
		} else {
			l.addWord(word, tr.words[word])
		}
	}
	merges, err := l.learn(tr.cfg)
	if err != nil {
		return nil, errors.Wrap(err, "training a vocabulary")
	}
	t, err := New(l.tokens, merges)
	if err != nil {
		return nil, errors.Wrap(err, "training a vocabulary")
	}
	return t.WithPipeline(tr.cfg.Pipeline), nil
}

// alphabet is every character of the words, in order.
func (tr *Trainer) alphabet() []rune {
	seen := make(map[rune]bool)
	for word := range tr.words {
		if word == lineBreak {
			continue
		}
		for _, r := range word {
			seen[r] = true
		}
	}
	return slices.Sorted(maps.Keys(seen))
}

// lineBreakToken is the token for the line break of the original pipeline.
const lineBreakToken = "\n" + endOfWord

// learner holds the words of the text, end to end, as pieces that merge step by step. The index of a piece
// is that of its first character, as in speller.
type learner struct {
	tokens []string
	ids    map[string]int32

	pieces     []int32 // id of the piece that starts here, or none
	prev, next []int32 // neighbours within the word, or none
	count      []int   // number of occurrences of the word

	pairs map[pair]*occurrences
	queue queue[ranked]
}

// occurrences has the number of occurrences of a pair, and their indexes. An index may be outdated or
// repeated; the number is exact.
type occurrences struct {
	count int
	at    []int32
}

// ranked is a pair with its number of occurrences when it was queued.
type ranked struct {
	pair
	count int
}

// newLearner returns a learner with the characters and no words.
func newLearner(alphabet []rune) *learner {
	l := &learner{
		ids:   make(map[string]int32),
		pairs: make(map[pair]*occurrences),
	}
	l.queue.before = l.before
	l.addToken(Unknown)
	for _, suffix := range []string{"", endOfWord} {
		for _, r := range alphabet {
			l.addToken(string(r) + suffix)
		}
	}
	return l
}

// before orders pairs by falling count, then by their texts.
func (l *learner) before(a, b ranked) bool {
	return cmp.Or(
		cmp.Compare(b.count, a.count),
		cmp.Compare(l.tokens[a.left], l.tokens[b.left]),
		cmp.Compare(l.tokens[a.right], l.tokens[b.right]),
	) < 0
}

// addToken returns the id of a token, which is new unless other parts have already formed it.
func (l *learner) addToken(token string) int32 {
	id, ok := l.ids[token]
	if !ok {
		id = int32(len(l.tokens))
		l.tokens = append(l.tokens, token)
		l.ids[token] = id
	}
	return id
}

// addWord appends a word and counts its pairs.
func (l *learner) addWord(word string, count int) {
	first := int32(len(l.pieces))
	for i, r := range word {
		at := int32(len(l.pieces))
		char := string(r)
		l.prev, l.next = append(l.prev, at-1), append(l.next, at+1)
		if i+utf8.RuneLen(r) == len(word) {
			char += endOfWord
			l.next[at] = none
		}
		l.pieces = append(l.pieces, l.ids[char])
		l.count = append(l.count, count)
	}
	l.prev[first] = none
	for at := first; l.next[at] != none; at++ {
		l.addPair(at)
	}
}

// pairAt is the pair that starts at an index which is not the last of its word.
func (l *learner) pairAt(at int32) pair {
	return pair{l.pieces[at], l.pieces[l.next[at]]}
}

// addPair counts the pair that starts at an index.
func (l *learner) addPair(at int32) *occurrences {
	p := l.pairAt(at)
	o := l.pairs[p]
	if o == nil {
		o = new(occurrences)
		l.pairs[p] = o
	}
	o.count += l.count[at]
	o.at = append(o.at, at)
	return o
}

// learn merges pairs until the vocabulary is full or no pair is frequent enough.
func (l *learner) learn(cfg TrainConfig) ([]Merge, error) {
	for p, o := range l.pairs {
		l.queue.push(ranked{p, o.count})
	}
	var merges []Merge
	known := make(map[pair]bool)
	for len(l.tokens) < cfg.VocabSize && len(l.queue.items) > 0 {
		if err := cfg.Context.Err(); err != nil {
			return nil, err
		}
		top := l.queue.pop()
		o := l.pairs[top.pair]
		if o == nil || o.count < cfg.MinFrequency {
			continue
		}
		if o.count != top.count {
			l.queue.push(ranked{top.pair, o.count}) // it has become rarer since it was queued
			continue
		}
		// A pair can occur again when other parts form one of its sides.
		if !known[top.pair] {
			known[top.pair] = true
			merges = append(merges, Merge{l.tokens[top.left], l.tokens[top.right]})
		}
		l.merge(top.pair)
	}
	return merges, nil
}

// merge joins a pair wherever it occurs and queues the new pairs.
func (l *learner) merge(p pair) {
	id := l.addToken(l.tokens[p.left] + l.tokens[p.right])
	places := l.pairs[p].at
	slices.Sort(places) // aaa merges from the left, as in encoding
	grown := make(map[pair]*occurrences)
	for _, at := range places {
		if l.next[at] == none || l.pairAt(at) != p {
			continue
		}
		right := l.next[at]
		if l.prev[at] != none {
			l.removePair(l.prev[at])
		}
		if l.next[right] != none {
			l.removePair(right)
		}
		l.pieces[at], l.pieces[right] = id, none
		l.next[at] = l.next[right]
		if l.prev[at] != none {
			grown[l.pairAt(l.prev[at])] = l.addPair(l.prev[at])
		}
		if l.next[at] != none {
			l.prev[l.next[at]] = at
			grown[l.pairAt(at)] = l.addPair(at)
		}
	}
	delete(l.pairs, p)
	for p, o := range grown {
		l.queue.push(ranked{p, o.count})
	}
}

// removePair uncounts the pair that starts at an index, as one of its sides changes.
func (l *learner) removePair(at int32) {
	p := l.pairAt(at)
	o := l.pairs[p]
	o.count -= l.count[at]
	if o.count == 0 {
		delete(l.pairs, p)
	}
}
