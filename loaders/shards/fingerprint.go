package shards

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"iter"
	"path/filepath"
	"runtime"
	"strings"

	"gorgpt/dist"
	"gorgpt/internal/heed"
	"gorgpt/internal/parallel"
	"gorgpt/loaders"
	"gorgpt/tokenizer"
)

// Fingerprint identifies a corpus by everything that its tokens depend on: names and contents of the
// books, in order, and the settings, including those of the tokenizer and the seed of the split. It
// reads all books, on all cores; each rank reads a share. All ranks get the same fingerprint.
func Fingerprint(ctx context.Context, g *dist.Group, sources []loaders.Source, settings string) (string, error) {
	cores := runtime.GOMAXPROCS(0)
	lines := parallel.InOrder(each(dealt(g, sources)), cores, cores, func(s loaders.Source) (string, error) {
		sum, err := heed.Do(ctx, s.Sum)
		return fmt.Sprintf("%q %x\n", filepath.ToSlash(filepath.Clean(s.Name)), sum), err
	})
	var mine []string
	var failed error
	for line, err := range lines {
		if failed = err; err == nil {
			mine = append(mine, line)
		}
	}
	if err := g.Sum(failed); err != nil {
		return "", err
	}
	all, err := g.Gather([]byte(strings.Join(mine, "")))
	if err != nil {
		return "", err
	}
	h := sha256.New()
	fmt.Fprintf(h, "%s %d\n%q\n", format, version, settings)
	for i := range sources {
		from := &all[i%len(all)]
		end := bytes.IndexByte(*from, '\n') + 1
		h.Write((*from)[:end]) // never fails
		*from = (*from)[end:]
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// dealt lists the items of this rank, if they are dealt out in turn.
func dealt[A any](g *dist.Group, items []A) []A {
	var mine []A
	for i, item := range items {
		if g.Mine(i) {
			mine = append(mine, item)
		}
	}
	return mine
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

// TokenizerID identifies a tokenizer by its vocabulary, merges and pipeline.
func TokenizerID(t *tokenizer.Tokenizer) (string, error) {
	vocab, err := t.VocabJSON()
	if err != nil {
		return "", err
	}
	h := sha256.New()
	fmt.Fprintf(h, "%s\n%d\n%s%s", t.Pipeline(), len(vocab), vocab, t.MergesTXT())
	return hex.EncodeToString(h.Sum(nil)), nil
}
