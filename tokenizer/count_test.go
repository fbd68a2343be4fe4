package tokenizer

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// portions cuts a text behind spaces and line feeds into pieces of random sizes.
func portions(text string, seed uint64, largest int) []string {
	rng := rand.New(rand.NewPCG(seed, 0))
	var all []string
	for text != "" {
		var part string
		part, text = cut(text, 1+rng.IntN(largest))
		all = append(all, part)
	}
	return all
}

// TestTrainIsDeterministic trains on one text with several numbers of cores and in several
// portions, with and without reaching the bound on memory.
func TestTrainIsDeterministic(t *testing.T) {
	text := strings.Repeat(opticks(t)[:200_000], 6)
	for _, c := range []struct {
		name      string
		maxMemory int
		slab      int
		size      int
	}{
		{"all words", 0, slabBytes, 600},
		{"common words", 100_000, 50_000, 400},
	} {
		t.Run(c.name, func(t *testing.T) {
			learn := func(texts ...string) (*Tokenizer, Lost) {
				tr := NewTrainer(TrainConfig{VocabSize: c.size, MaxMemory: c.maxMemory})
				tr.slabBytes = c.slab
				for _, text := range texts {
					tr.Add(text)
				}
				tok, err := tr.Train()
				require.NoError(t, err)
				return tok, tr.Lost()
			}
			want, lost := learn(text)
			require.Equal(t, c.size, want.Size())
			require.Equal(t, c.maxMemory > 0, lost.Words > 0)
			for _, procs := range []int{1, 2, 3, 8} {
				for _, largest := range []int{100, 60_000, 1_000_000} {
					t.Run(fmt.Sprintf("%d cores, portions of %d", procs, largest), func(t *testing.T) {
						defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(procs))
						got, gotLost := learn(portions(text, uint64(procs), largest)...)
						require.Equal(t, want.tokens, got.tokens)
						require.Equal(t, want.merges, got.merges)
						require.Equal(t, lost, gotLost)
					})
				}
			}
			if lost.Words == 0 {
				parts := portions(text, 9, 100_000)
				rand.New(rand.NewPCG(1, 1)).Shuffle(len(parts), func(i, j int) { parts[i], parts[j] = parts[j], parts[i] })
				got, _ := learn(parts...)
				require.Equal(t, want.merges, got.merges, "in another order")
			}
		})
	}
}

// TestMemoryOfCounting counts far more different words than there is room for.
func TestMemoryOfCounting(t *testing.T) {
	const room = 1 << 16
	tr := NewTrainer(TrainConfig{VocabSize: 100, MaxMemory: room})
	tr.slabBytes = 1 << 12
	for i := range 20_000 {
		tr.Add(fmt.Sprintf("common %d ", i))
		cost := 0
		for word := range tr.words {
			cost += len(word) + wordCost
		}
		require.Equal(t, cost, tr.cost)
		require.LessOrEqual(t, cost, room)
	}
	tr.count()
	require.Equal(t, 20_000, tr.words["common"], "what is frequent stays")
	require.Contains(t, tr.words, "100", "among equals the first in lexicographic order stay")
	require.NotContains(t, tr.words, "9999")
	require.Equal(t, 20_001, len(tr.words)+tr.lost.Words)
	require.Equal(t, tr.lost.Words, tr.lost.Occurrences, "each of these words occurred once")
}

func TestCut(t *testing.T) {
	for _, c := range []struct {
		text       string
		size       int
		part, rest string
	}{
		{"ab cd ef", 1, "ab ", "cd ef"},
		{"ab cd ef", 3, "ab ", "cd ef"},
		{"ab cd ef", 4, "ab cd ", "ef"},
		{"ab\ncd", 2, "ab\n", "cd"},
		{"ab cd", 5, "ab cd", ""},
		{"ab cd", 4, "ab cd", ""},
		{"", 3, "", ""},
	} {
		part, rest := cut(c.text, c.size)
		require.Equal(t, c.part, part, "%+v", c)
		require.Equal(t, c.rest, rest, "%+v", c)
	}
}

// TestTrainOriginal learns from words as the original pipeline cuts them.
func TestTrainOriginal(t *testing.T) {
	learn := func(text string) *Tokenizer {
		tr := NewTrainer(TrainConfig{VocabSize: 150, Pipeline: Original})
		tr.Add(text)
		tok, err := tr.Train()
		require.NoError(t, err)
		return tok
	}
	tok := learn("She doesn't know the café.\nHe doesn't know the café.\n\nThey don't.\n")
	require.Equal(t, Original, tok.Pipeline())
	for _, token := range []string{"does</w>", "n't</w>", "know</w>", "café</w>", "\n</w>"} {
		require.Contains(t, tok.tokens, token)
	}
	ids := tok.Encode("the café\ndoesn't")
	require.Equal(t, []string{"the</w>", "café</w>", "\n</w>", "does</w>", "n't</w>"}, tokensOf(t, tok, ids))
	require.NotContains(t, learn("one line").tokens, "\n</w>")

	text := opticks(t)[:60_000]
	want := learn(text)
	for _, procs := range []int{1, 3, 8} {
		defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(procs))
		require.Equal(t, want.tokens, learn(text).tokens)
	}
}

// TestTrainLongWord guards, like TestLongWord, against time that grows with the square of the
// length of a word.
func TestTrainLongWord(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	word := make([]byte, 1<<20)
	for i := range word {
		word[i] = "abcd"[rng.IntN(4)]
	}
	start := time.Now()
	require.Equal(t, 200, train(t, 200, strings.Repeat("ab", 1<<19)+" "+string(word)).Size())
	require.Less(t, time.Since(start), 30*time.Second)
}
