package shards

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"iter"
	"path/filepath"
	"runtime"

	"gorgpt/loaders"
	"gorgpt/tokenizer"
)

// Fingerprint names a corpus by all that its tokens depend on: names and contents of the
// books, in order, and the settings, among them those of the tokenizer and the seed that
// splits the books. Books are read for it, on all cores.
func Fingerprint(sources []loaders.Source, settings string) (string, error) {
	h := sha256.New()
	fmt.Fprintf(h, "%s %d\n%q\n", format, version, settings)
	sums := inOrder(each(sources), runtime.GOMAXPROCS(0), func(s loaders.Source) (string, error) {
		sum, err := s.Sum()
		return fmt.Sprintf("%q %x\n", filepath.ToSlash(filepath.Clean(s.Name)), sum), err
	})
	for line, err := range sums {
		if err != nil {
			return "", err
		}
		fmt.Fprint(h, line)
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// each yields the items of a slice.
func each[A any](items []A) iter.Seq2[A, error] {
	return func(yield func(A, error) bool) {
		for _, item := range items {
			if !yield(item, nil) {
				return
			}
		}
	}
}

// TokenizerID names a tokenizer by its vocabulary, merges and pipeline.
func TokenizerID(t *tokenizer.Tokenizer) (string, error) {
	vocab, err := t.VocabJSON()
	if err != nil {
		return "", err
	}
	h := sha256.New()
	fmt.Fprintf(h, "%s\n%d\n%s%s", t.Pipeline(), len(vocab), vocab, t.MergesTXT())
	return hex.EncodeToString(h.Sum(nil)), nil
}
