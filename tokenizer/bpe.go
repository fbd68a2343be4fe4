package tokenizer

import "unicode/utf8"

// speller splits one word into pieces of a vocabulary. It holds the buffers of one goroutine.
//
// The pieces of the word form a doubly linked list. The index of a piece is that of its first character,
// so indexes stay valid while pieces merge.
type speller struct {
	ids        []int32 // id of the piece that starts here, or absent
	prev, next []int32 // indexes of the neighbours, or none
	candidates queue[candidate]
	fresh      []candidate
}

// none ends the linked list on both sides. As an id, it marks a piece that was joined to the previous
// one.
const none int32 = -2

// candidate is a merge that can be applied at an index, unless the pieces there have changed since.
type candidate struct{ rank, at int32 }

func newSpeller() *speller {
	return &speller{candidates: queue[candidate]{before: func(a, b candidate) bool {
		return a.rank < b.rank || a.rank == b.rank && a.at < b.at
	}}}
}

// appendWord appends the ids that spell word: among all adjacent pairs the one with the
// lowest rank is joined wherever it occurs, from left to right, until no pair has a rank.
func (s *speller) appendWord(dst []int32, t *Tokenizer, word []byte) []int32 {
	// The 2018 code writes a line break as this word, and gives it one token.
	if string(word) == "\n " {
		word = word[:1]
	}
	s.load(t, word)
	for at := range s.ids {
		s.consider(t, int32(at))
	}
	for {
		for _, c := range s.fresh {
			s.candidates.push(c)
		}
		s.fresh = s.fresh[:0]
		if len(s.candidates.items) == 0 {
			break
		}
		s.applyLowest(t)
	}
	for _, id := range s.ids {
		switch id {
		case none:
		case absent:
			dst = append(dst, t.unk)
		default:
			dst = append(dst, id)
		}
	}
	return dst
}

// load makes each character of the word a piece.
func (s *speller) load(t *Tokenizer, word []byte) {
	s.ids, s.prev, s.next = s.ids[:0], s.prev[:0], s.next[:0]
	for len(word) > 0 {
		r, size := utf8.DecodeRune(word)
		word = word[size:]
		e, ok := t.chars[r]
		if !ok {
			e = ends{absent, absent}
		}
		at := int32(len(s.ids))
		s.prev, s.next = append(s.prev, at-1), append(s.next, at+1)
		if len(word) == 0 {
			s.ids = append(s.ids, e.last)
			s.prev[0], s.next[at] = none, none
		} else {
			s.ids = append(s.ids, e.within)
		}
	}
}

// applyLowest joins every occurrence of the pair with the lowest rank. New candidates wait in fresh: even
// one with a lower rank must not be applied before the remaining occurrences.
func (s *speller) applyLowest(t *Tokenizer) {
	rank := s.candidates.items[0].rank
	p := t.pairs[rank]
	id := t.joins[p].id
	for len(s.candidates.items) > 0 && s.candidates.items[0].rank == rank {
		at := s.candidates.pop().at
		right := s.next[at]
		if s.ids[at] != p.left || right == none || s.ids[right] != p.right {
			continue
		}
		s.ids[at], s.ids[right] = id, none
		s.next[at] = s.next[right]
		if s.next[at] != none {
			s.prev[s.next[at]] = at
		}
		if s.prev[at] != none {
			s.consider(t, s.prev[at])
		}
		s.consider(t, at)
	}
}

// consider adds the pair at an index to the candidates, if it can be merged.
func (s *speller) consider(t *Tokenizer, at int32) {
	if s.next[at] == none {
		return
	}
	if j, ok := t.joins[pair{s.ids[at], s.ids[s.next[at]]}]; ok {
		s.fresh = append(s.fresh, candidate{j.rank, at})
	}
}
