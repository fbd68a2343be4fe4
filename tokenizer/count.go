package tokenizer

import (
	"runtime"
	"strings"
	"sync"
)

// countBytes is how much text a goroutine counts at a time.
const countBytes = 1 << 18

// Add counts the words of a text. It uses all cores; only one goroutine may call it
// at a time.
func (tr *Trainer) Add(text string) {
	chunks := make(chan string)
	var (
		mu      sync.Mutex
		workers sync.WaitGroup
	)
	for range min(runtime.GOMAXPROCS(0), 1+len(text)/countBytes) {
		workers.Go(func() {
			words := make(map[string]*int)
			for chunk := range chunks {
				countWords(words, chunk)
			}
			mu.Lock()
			defer mu.Unlock()
			for word, n := range words {
				tr.words[word] += *n
			}
		})
	}
	for text != "" {
		chunk := cutChunk(text)
		chunks <- chunk
		text = text[len(chunk):]
	}
	close(chunks)
	workers.Wait()
}

// cutChunk is the start of text, about countBytes long. It ends in a line feed or a
// space, which always separate words, or with the text.
func cutChunk(text string) string {
	if len(text) <= countBytes {
		return text
	}
	end := strings.IndexAny(text[countBytes:], "\n ")
	if end < 0 {
		return text
	}
	return text[:countBytes+end+1]
}

// countWords adds the words of a text to words. The counts are behind pointers so that
// only a new word costs an allocation.
func countWords(words map[string]*int, text string) {
	var s bertSplitter
	splitAtUnknown(text, func(piece string) {
		s.split(piece, func(word []byte) {
			n := words[string(word)]
			if n == nil {
				n = new(int)
				words[string(word)] = n
			}
			*n++
		})
	}, func() {})
}
