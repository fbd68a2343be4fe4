package tokenizer

import (
	"cmp"
	"runtime"
	"slices"
	"strings"
	"sync"
)

const (
	// chunkBytes is how much text a goroutine counts at a time. Cuts depend on the text
	// alone, never on the number of cores.
	chunkBytes = 1 << 18

	// slabBytes is how much text is counted between two looks at the bound on memory.
	slabBytes = 1 << 26

	// wordCost is what a word takes in memory beside its own bytes.
	wordCost = 64

	// learnCost is what a byte of a word takes in memory while merges are learned. That of
	// words of usual length is in wordCost.
	learnCost = 32
)

// cost is what a word takes in memory.
func cost(word string) int {
	return wordCost + len(word) + learnCost*max(0, len(word)-wordCost)
}

// Add takes a text in. Its words are counted, on all cores, once enough text has come
// together, so texts stay in memory for a while: at most 64 MiB and the last one. Only one
// goroutine may call Add at a time.
func (tr *Trainer) Add(text string) {
	for text != "" {
		part := text
		if tr.cfg.Pipeline == Bert { // with Original, lines depend on those before
			part, _ = cut(text, tr.slabBytes-tr.waiting)
		}
		tr.slab = append(tr.slab, part)
		tr.waiting += len(part)
		text = text[len(part):]
		if tr.waiting >= tr.slabBytes && tr.count() != nil {
			return // as Train will say
		}
	}
}

// cut is the start of text up to the first line feed or space with which it has size
// bytes: these always separate words. It is all of the text if there is none. The second
// result is what follows.
func cut(text string, size int) (part, rest string) {
	if len(text) > size {
		if end := strings.IndexAny(text[size-1:], "\n "); end >= 0 {
			return text[:size+end], text[size+end:]
		}
	}
	return text, ""
}

// count counts the words of the texts that wait for it. The error is that of the context.
func (tr *Trainer) count() error {
	var chunks []string
	for _, text := range tr.slab {
		for chunk := ""; text != ""; {
			chunk, text = cut(text, chunkBytes)
			chunks = append(chunks, chunk)
		}
	}
	clear(tr.slab)
	tr.slab, tr.waiting = tr.slab[:0], 0

	next := make(chan string, len(chunks))
	for _, chunk := range chunks {
		next <- chunk
	}
	close(next)
	var (
		mu      sync.Mutex
		workers sync.WaitGroup
	)
	for range min(runtime.GOMAXPROCS(0), len(chunks)) {
		workers.Go(func() {
			words, long := countWords(tr.cfg, next)
			mu.Lock()
			defer mu.Unlock()
			tr.long += long
			for word, n := range words {
				tr.addWord(word, *n)
			}
		})
	}
	workers.Wait()
	tr.bound()
	return tr.cfg.Context.Err()
}

// addWord counts a word n times more.
func (tr *Trainer) addWord(word string, n int) {
	if _, known := tr.words[word]; !known {
		tr.cost += cost(word)
	}
	tr.words[word] += n
}

// counts says how often a string occurs. The numbers are behind pointers so that only a new
// string costs an allocation.
type counts map[string]*int

// count counts a string n times more.
func count[S string | []byte](c counts, s S, n int) {
	known := c[string(s)]
	if known == nil {
		known = new(int)
		c[string(s)] = known
	}
	*known += n
}

// countWords counts the words of the texts as the pipeline cuts them, until the context ends,
// and how often it cut one at its greatest length.
func countWords(cfg TrainConfig, texts <-chan string) (words counts, long int) {
	words = make(counts)
	if cfg.Pipeline == Bert {
		var s bertSplitter
		for text := range texts {
			if cfg.Context.Err() != nil {
				break
			}
			splitAtUnknown(text, func(piece string) {
				s.split(piece, func(word []byte) { count(words, word, 1) })
			}, func() {})
		}
		return words, s.long
	}
	// What a chunk between spaces is cut into depends on nothing else, so each is cut once.
	var s originalSplitter
	chunks := make(counts)
	for text := range texts {
		if cfg.Context.Err() != nil {
			break
		}
		s.chunks(text, func(chunk string) { count(chunks, chunk, 1) })
	}
	for chunk, n := range chunks {
		s.words(chunk, func(word []byte) { count(words, word, *n) })
	}
	return words, s.long
}

// bound forgets the rarest words, and among equals the last in lexicographic order, until
// half of the memory is free, if there are more than there is room for.
func (tr *Trainer) bound() {
	if tr.cost <= tr.cfg.MaxMemory {
		return
	}
	words := make([]string, 0, len(tr.words))
	for word := range tr.words {
		words = append(words, word)
	}
	slices.SortFunc(words, func(a, b string) int {
		return cmp.Or(cmp.Compare(tr.words[a], tr.words[b]), cmp.Compare(b, a))
	})
	for _, word := range words {
		if tr.cost <= tr.cfg.MaxMemory/2 {
			return
		}
		tr.cost -= cost(word)
		tr.lost.Words++
		tr.lost.Occurrences += tr.words[word]
		delete(tr.words, word)
	}
}

// Lost says what a [Trainer] has forgotten to keep within its memory.
// A Lost is safe for concurrent use as long as nothing changes it.
type Lost struct {
	Words       int // a word forgotten twice counts twice
	Occurrences int // of these words
}

// LongWords is how often a word was cut so far for being longer than [MaxWord].
func (tr *Trainer) LongWords() int { return tr.long }

// Lost is what counting has forgotten so far. It is zero unless the bound on memory was
// reached.
func (tr *Trainer) Lost() Lost { return tr.lost }
