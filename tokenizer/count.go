package tokenizer

import (
	"cmp"
	"runtime"
	"slices"
	"strings"
	"sync"
)

const (
	// chunkBytes is the size of text that a goroutine counts at a time. Cuts depend only on the text,
	// never on the number of cores.
	chunkBytes = 1 << 18

	// slabBytes is the size of text that is counted between two checks of the memory limit.
	slabBytes = 1 << 26

	// wordCost is the memory that a word takes in addition to its own bytes.
	wordCost = 64

	// learnCost is the memory per byte of a word while merges are learned. For words of usual length
	// it is included in wordCost.
	learnCost = 32
)

// cost is the memory that a word takes.
func cost(word string) int {
	return wordCost + len(word) + learnCost*max(0, len(word)-wordCost)
}

// Add adds a text. Words are counted on all cores once there is enough text, so texts stay in memory for
// a while: at most 64 MiB and the last one. Only one goroutine may call Add at a time.
func (tr *Trainer) Add(text string) {
	for text != "" {
		part := text
		if tr.cfg.Pipeline == Bert { // with Original, lines depend on earlier ones
			part, _ = cut(text, tr.slabBytes-tr.waiting)
		}
		tr.slab = append(tr.slab, part)
		tr.waiting += len(part)
		text = text[len(part):]
		if tr.waiting >= tr.slabBytes && tr.count() != nil {
			return // Train returns the error
		}
	}
}

// cut splits a text after the first line feed or space that is at least size bytes into it, because
// these always separate words. Without one, the first result is the whole text.
func cut(text string, size int) (part, rest string) {
	if len(text) > size {
		if end := strings.IndexAny(text[size-1:], "\n "); end >= 0 {
			return text[:size+end], text[size+end:]
		}
	}
	return text, ""
}

// count counts the words of the waiting texts. The error is that of the context.
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

// addWord adds n to the count of a word.
func (tr *Trainer) addWord(word string, n int) {
	if _, known := tr.words[word]; !known {
		tr.cost += cost(word)
	}
	tr.words[word] += n
}

// counts maps strings to their numbers of occurrences. The numbers are pointers, so that only a new
// string costs an allocation.
type counts map[string]*int

// count adds n to the count of a string.
func count[S string | []byte](c counts, s S, n int) {
	known := c[string(s)]
	if known == nil {
		known = new(int)
		c[string(s)] = known
	}
	*known += n
}

// countWords counts the words of the texts, as the pipeline splits them, until the context ends. long is
// the number of words that were cut at the maximum length.
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
	// The words of a chunk depend only on the chunk, so each distinct chunk is split once.
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

// bound removes the rarest words, and among equals the last in lexicographic order, until half of the
// memory is free, if the memory limit is exceeded.
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

// Lost counts the words that a [Trainer] has removed to stay within its memory limit.
// A Lost is safe for concurrent use as long as nothing changes it.
type Lost struct {
	Words       int // a word that was removed twice counts twice
	Occurrences int // of these words
}

// LongWords is the number of words so far that were cut because they are longer than [MaxWord].
func (tr *Trainer) LongWords() int { return tr.long }

// Lost counts the words that were removed so far. It is zero unless the memory limit was reached.
func (tr *Trainer) Lost() Lost { return tr.lost }
