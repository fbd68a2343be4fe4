package tokenizer

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/pkg/errors"
)

const (
	// Unknown is the token for characters that are not in the vocabulary. In a text, the literal string
	// encodes to this token.
	Unknown = "<unk>"

	// Start, Delimiter and Classify are the tokens that fine-tuning adds to the vocabulary, in this
	// order. No text encodes to them: task inputs use their ids directly.
	Start     = "_start_"
	Delimiter = "_delimiter_"
	Classify  = "_classify_"

	// endOfWord is the suffix of a token that ends a word.
	endOfWord = "</w>"
)

// Merge joins two adjacent pieces of a word into one.
// A Merge is safe for concurrent use as long as nothing changes it.
type Merge struct{ Left, Right string }

// pair is two adjacent pieces, by id.
type pair struct{ left, right int32 }

// join is the result of joining a pair, and its rank.
type join struct{ rank, id int32 }

// ends holds the two ids of one character: within a word, and at its end.
type ends struct{ within, last int32 }

// absent marks a character that has no id. It differs from the id of [Unknown], so that unknown
// characters are never merged.
const absent int32 = -1

// Tokenizer encodes and decodes text. It is immutable and safe for concurrent use.
type Tokenizer struct {
	*vocabulary
	pipeline Pipeline
	pool     sync.Pool // of *encoder
}

// vocabulary holds the tokens and merges, with their indexes. Tokenizers that differ only in the pipeline
// share it.
type vocabulary struct {
	tokens []string         // by id
	ids    map[string]int32 // the inverse of tokens
	merges []Merge          // by rank
	pairs  []pair           // merges, by id
	joins  map[pair]join    // the inverse of pairs
	chars  map[rune]ends    // the initial pieces of a word
	unk    int32            // id of Unknown
}

// New makes a tokenizer of the tokens, ordered by id, and the merges, ordered by rank. Its
// pipeline is [Bert]; see [Tokenizer.WithPipeline].
//
// It is an error if a token is empty or repeated, if [Unknown] is missing, or if a merge is repeated,
// cannot be written on a line of merges.txt, or has a part or a result that is not a token.
func New(tokens []string, merges []Merge) (*Tokenizer, error) {
	return build(tokens, merges, func(rank int) string { return fmt.Sprintf("merge %d", rank+1) })
}

// build is New, with a function that names the origin of a merge in errors.
func build(tokens []string, merges []Merge, place func(rank int) string) (*Tokenizer, error) {
	v := &vocabulary{
		tokens: slices.Clone(tokens),
		ids:    make(map[string]int32, len(tokens)),
		merges: slices.Clone(merges),
		pairs:  make([]pair, len(merges)),
		joins:  make(map[pair]join, len(merges)),
		chars:  make(map[rune]ends),
	}
	for id, token := range v.tokens {
		if err := v.addToken(int32(id), token); err != nil {
			return nil, err
		}
	}
	unk, ok := v.ids[Unknown]
	if !ok {
		return nil, errors.Errorf("the vocabulary of %d tokens has no %s", len(tokens), Unknown)
	}
	v.unk = unk
	for rank, m := range v.merges {
		if err := v.addMerge(rank, m); err != nil {
			return nil, errors.Wrap(err, place(rank))
		}
	}
	return v.tokenizer(Bert), nil
}

// tokenizer makes a tokenizer of the vocabulary.
func (v *vocabulary) tokenizer(p Pipeline) *Tokenizer {
	t := &Tokenizer{vocabulary: v, pipeline: p}
	t.pool.New = func() any { return newEncoder(t) }
	return t
}

// addToken adds one token to the indexes.
func (v *vocabulary) addToken(id int32, token string) error {
	if token == "" {
		return errors.Errorf("token %d is empty", id)
	}
	if first, ok := v.ids[token]; ok {
		return errors.Errorf("token %q has two ids, %d and %d", token, first, id)
	}
	v.ids[token] = id
	char, isLast := strings.CutSuffix(token, endOfWord)
	r, size := utf8.DecodeRuneInString(char)
	if size == 0 || size != len(char) {
		return nil
	}
	e, ok := v.chars[r]
	if !ok {
		e = ends{absent, absent}
	}
	if isLast {
		e.last = id
	} else {
		e.within = id
	}
	v.chars[r] = e
	return nil
}

// addMerge adds one merge to the indexes.
func (v *vocabulary) addMerge(rank int, m Merge) error {
	for _, part := range []string{m.Left, m.Right} {
		if strings.ContainsAny(part, " \r\n") {
			return errors.Errorf("part %q has a space or a line break", part)
		}
		if _, ok := v.ids[part]; !ok {
			return errors.Errorf("part %q is not in the vocabulary", part)
		}
	}
	id, ok := v.ids[m.Left+m.Right]
	if !ok {
		return errors.Errorf("result %q of %q and %q is not in the vocabulary", m.Left+m.Right, m.Left, m.Right)
	}
	p := pair{v.ids[m.Left], v.ids[m.Right]}
	if first, ok := v.joins[p]; ok {
		return errors.Errorf("%q and %q were already merged at rank %d", m.Left, m.Right, first.rank+1)
	}
	v.pairs[rank] = p
	v.joins[p] = join{int32(rank), id}
	return nil
}

// mostStrays is the maximum number of tokens that consist of two others without a merge that joins them.
// Vocabularies made by hand have some; more of them mean that merges are missing.
const mostStrays = 100

// checkMerges checks that there are enough merges for the tokens. A truncated list of merges would give
// different ids unnoticed.
func (v *vocabulary) checkMerges() error {
	made := make(map[int32]bool, len(v.merges))
	for _, j := range v.joins {
		made[j.id] = true
	}
	first, strays := "", 0
	for id, token := range v.tokens {
		if made[int32(id)] || !v.isJoined(token) {
			continue
		}
		if strays++; strays == 1 {
			first = token
		}
	}
	if strays > mostStrays {
		return errors.Errorf("no merge gives %d of the tokens that consist of two others, such as %q: merges are missing after the first %d",
			strays, first, len(v.merges))
	}
	return nil
}

// isJoined reports whether a token consists of two others, the first of which does not end a word.
func (v *vocabulary) isJoined(token string) bool {
	for i := 1; i < len(strings.TrimSuffix(token, endOfWord)); i++ {
		_, left := v.ids[token[:i]]
		_, right := v.ids[token[i:]]
		if left && right {
			return true
		}
	}
	return false
}

// AddSpecials returns a tokenizer with [Start], [Delimiter] and [Classify] appended to the vocabulary. If
// the vocabulary already ends with these three, the result is unchanged. It is an error if it has any of
// them elsewhere.
func (t *Tokenizer) AddSpecials() (*Tokenizer, error) {
	specials := []string{Start, Delimiter, Classify}
	if n := len(t.tokens) - len(specials); n >= 0 && slices.Equal(t.tokens[n:], specials) {
		return t, nil
	}
	s, err := New(slices.Concat(t.tokens, specials), t.merges)
	if err != nil {
		return nil, errors.Wrapf(err, "adding %s, %s and %s after the vocabulary", Start, Delimiter, Classify)
	}
	return s.WithPipeline(t.pipeline), nil
}

// Size is the number of ids; they run from 0 to Size-1.
func (t *Tokenizer) Size() int { return len(t.tokens) }

// Token returns the token with that id, including </w>, and whether there is one.
func (t *Tokenizer) Token(id int32) (string, bool) {
	if id < 0 || int(id) >= len(t.tokens) {
		return "", false
	}
	return t.tokens[id], true
}

// ID returns the id of a token, including </w>, and whether there is one.
func (t *Tokenizer) ID(token string) (int32, bool) {
	id, ok := t.ids[token]
	return id, ok
}
