package tokenizer

import "strings"

const (
	// cachedWords is the maximum number of words in the cache of an encoder; then it is emptied. The
	// common words of a corpus are fewer, and soon back in the cache.
	cachedWords = 1 << 15

	// cachedBytes is the maximum length of a cached word.
	cachedBytes = 48
)

// encoder is the state of one goroutine that encodes: buffers, and a cache of words
// already encoded. Goroutines share encoders through a pool, so a cache lives long and needs no lock.
type encoder struct {
	t        *Tokenizer
	bert     bertSplitter
	original originalSplitter
	speller  *speller
	spans    map[string]span // where in spelled the ids of a word, or of a chunk, are
	spelled  []int32
}

// span is a half-open range.
type span struct{ from, to int32 }

func newEncoder(t *Tokenizer) *encoder {
	return &encoder{t: t, speller: newSpeller(), spans: make(map[string]span)}
}

// Encode returns the ids of text.
func (t *Tokenizer) Encode(text string) []int32 {
	return t.AppendEncode(nil, text)
}

// AppendEncode appends the ids of text to dst and returns the extended slice.
func (t *Tokenizer) AppendEncode(dst []int32, text string) []int32 {
	e := t.pool.Get().(*encoder)
	defer t.pool.Put(e)
	if t.pipeline == Original {
		return e.appendOriginal(dst, text)
	}
	return e.appendBert(dst, text)
}

// appendBert appends the ids of a text in the bert pipeline.
func (e *encoder) appendBert(dst []int32, text string) []int32 {
	splitAtUnknown(text, func(piece string) {
		e.bert.split(piece, func(word []byte) { dst = e.appendWord(dst, word) })
	}, func() { dst = append(dst, e.t.unk) })
	return dst
}

// appendOriginal appends the ids of a text in the original pipeline.
func (e *encoder) appendOriginal(dst []int32, text string) []int32 {
	e.original.chunks(text, func(chunk string) { dst = e.appendChunk(dst, chunk) })
	return dst
}

// splitAtUnknown splits text at each literal Unknown, in exactly this spelling, because the text has not
// been cleaned or lower-cased yet.
func splitAtUnknown(text string, piece func(string), unknown func()) {
	for {
		before, after, found := strings.Cut(text, Unknown)
		piece(before)
		if !found {
			return
		}
		unknown()
		text = after
	}
}

// appendWord appends the ids of one word.
func (e *encoder) appendWord(dst []int32, word []byte) []int32 {
	if s, ok := e.spans[string(word)]; ok {
		return append(dst, e.spelled[s.from:s.to]...)
	}
	from := len(dst)
	dst = e.speller.appendWord(dst, e.t, word)
	if len(word) <= cachedBytes {
		e.remember(string(word), dst[from:])
	}
	return dst
}

// appendChunk appends the ids of one chunk of the original pipeline.
func (e *encoder) appendChunk(dst []int32, chunk string) []int32 {
	if s, ok := e.spans[chunk]; ok {
		return append(dst, e.spelled[s.from:s.to]...)
	}
	return e.appendNewChunk(dst, chunk)
}

// appendNewChunk is appendChunk for a chunk that is not in the cache. It is a separate function so that
// cached chunks cause no allocation.
func (e *encoder) appendNewChunk(dst []int32, chunk string) []int32 {
	from := len(dst)
	e.original.words(chunk, func(word []byte) { dst = e.speller.appendWord(dst, e.t, word) })
	if len(chunk) <= cachedBytes {
		e.remember(strings.Clone(chunk), dst[from:])
	}
	return dst
}

// remember puts the ids of a word or chunk into the cache.
func (e *encoder) remember(text string, ids []int32) {
	if len(e.spans) == cachedWords {
		clear(e.spans)
		e.spelled = e.spelled[:0]
	}
	from := len(e.spelled)
	e.spelled = append(e.spelled, ids...)
	e.spans[text] = span{int32(from), int32(len(e.spelled))}
}
