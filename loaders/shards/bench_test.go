package shards

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"gorgpt/loaders"
	"gorgpt/tokenizer"
)

// library is a megabyte of text in so many books, and a vocabulary of it.
func library(b *testing.B, books int) (*tokenizer.Tokenizer, []loaders.Book, int64) {
	b.Helper()
	rng := rand.New(rand.NewPCG(1, 2))
	var text strings.Builder
	for text.Len() < 1<<20/books {
		fmt.Fprintf(&text, "Word%d followed word%d, and so it went on.\n", rng.IntN(50), rng.IntN(5000))
	}
	tr := tokenizer.NewTrainer(tokenizer.TrainConfig{VocabSize: 4096})
	tr.Add(text.String())
	tok, err := tr.Train()
	require.NoError(b, err)
	all := make([]loaders.Book, books)
	for i := range all {
		all[i] = loaders.Book{Name: fmt.Sprint(i), Text: text.String()}
	}
	return tok, all, int64(books * text.Len())
}

// BenchmarkWrite tokenizes 16 books into files.
func BenchmarkWrite(b *testing.B) {
	tok, books, size := library(b, 16)
	c := corpus(b, tok, books, 0)
	b.SetBytes(size)
	for i := 0; b.Loop(); i++ {
		require.NoError(b, Write(context.Background(), filepath.Join(b.TempDir(), fmt.Sprint(i)), c))
	}
}

// BenchmarkWindows draws windows of 513 tokens from memory, from mapped files and from files
// that are read.
func BenchmarkWindows(b *testing.B) {
	const ctx = 512
	tok, books, _ := library(b, 4)
	train, _ := loaders.SplitBooks(books, 1)
	dir := prepared(b, corpus(b, tok, books, 50_000))
	f := opened(b, dir)
	var stored []loaders.Tokens
	for _, book := range f.Train {
		stored = append(stored, book.Tokens)
	}
	draw := func(tokens []loaders.Tokens) func(b *testing.B) {
		return func(b *testing.B) {
			w, err := loaders.NewWindows(tokens, ctx, 1)
			require.NoError(b, err)
			dst := make([]int32, ctx+1)
			b.SetBytes(4 * ctx)
			for b.Loop() {
				require.NoError(b, w.Next(dst))
			}
		}
	}
	b.Run("memory", draw(loaders.Encode(tok, train)))
	b.Run("mapped", draw(stored))
	for i := range f.files {
		file, err := os.Open(filepath.Join(dir, shardName(i)))
		require.NoError(b, err)
		require.NoError(b, f.files[i].Close())
		f.files[i] = plain{file, f.files[i].Size()}
	}
	b.Run("read", draw(stored))
}
