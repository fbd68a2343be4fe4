package spacy

// Split cuts a chunk, text without white space, into words and calls emit for each. The words
// joined are the chunk.
func Split(chunk string, emit func(word string)) {
	if emitException(chunk, emit) {
		return
	}
	s := splitter{chunk: chunk, to: len(chunk), addresses: addressFinder{text: chunk}, emit: emit}
	s.cutAffixes()
	s.emitMiddle()
	for i := len(s.suffixes) - 1; i >= 0; i-- {
		end := len(chunk)
		if i > 0 {
			end = s.suffixes[i-1]
		}
		emit(chunk[s.suffixes[i]:end])
	}
}

// splitter is the state of cutting one chunk.
type splitter struct {
	chunk     string
	from, to  int   // what is left between prefixes and suffixes
	suffixes  []int // where each suffix starts, the last one first
	addresses addressFinder
	emit      func(word string)
}

// cutAffixes cuts prefixes, which are emitted, and suffixes, which are kept.
func (s *splitter) cutAffixes() {
	for s.from < s.to && !s.addresses.match(s.from, s.to) {
		rest := s.chunk[s.from:s.to]
		prefix := prefixLength(rest)
		if prefix > 0 && isException(rest[prefix:]) {
			s.cutPrefix(prefix)
			return
		}
		suffix := suffixLength(rest)
		if suffix > 0 && isException(rest[:len(rest)-suffix]) {
			s.cutSuffix(suffix)
			return
		}
		if prefix == 0 && suffix == 0 {
			return
		}
		if prefix > 0 {
			s.cutPrefix(prefix)
		}
		if suffix > 0 && prefix+suffix <= len(rest) {
			s.cutSuffix(suffix)
		}
		if isException(s.chunk[s.from:s.to]) {
			return
		}
	}
}

// cutPrefix emits a prefix of some length.
func (s *splitter) cutPrefix(length int) {
	s.emit(s.chunk[s.from : s.from+length])
	s.from += length
}

// cutSuffix notes a suffix of some length.
func (s *splitter) cutSuffix(length int) {
	s.to -= length
	s.suffixes = append(s.suffixes, s.to)
}

// emitMiddle emits what is left between prefixes and suffixes.
func (s *splitter) emitMiddle() {
	middle := s.chunk[s.from:s.to]
	switch {
	case middle == "":
	case emitException(middle, s.emit):
	case s.addresses.match(s.from, s.to):
		s.emit(middle)
	default:
		emitInfixes(middle, s.emit)
	}
}

// emitInfixes emits a text without prefix cut at its infixes, which are words too.
func emitInfixes(text string, emit func(word string)) {
	start := 0
	for i := 0; i < len(text); {
		length, size := infixLength(text, i)
		if length == 0 {
			i += size
			continue
		}
		if i > start {
			emit(text[start:i])
		}
		emit(text[i : i+length])
		i += length
		start = i
	}
	if start < len(text) {
		emit(text[start:])
	}
}
