package tokenizer

import (
	"context"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// wordsOf are the words that a pipeline cuts a text into.
func wordsOf(p Pipeline, text string) (words []string) {
	emit := func(word []byte) { words = append(words, string(word)) }
	if p == Bert {
		(&bertSplitter{}).split(text, emit)
	} else {
		(&originalSplitter{}).split(text, emit)
	}
	return words
}

func TestLongWordsAreCut(t *testing.T) {
	const most = MaxWord
	a, ani := strings.Repeat("a", most), strings.Repeat("ა", most/3)
	for name, c := range map[string]struct {
		text string
		long int
		want []string
	}{
		"none":               {"a few words", 0, []string{"a", "few", "words"}},
		"just not":           {"x " + a + " y", 0, []string{"x", a, "y"}},
		"by one":             {"x " + a + "b y", 1, []string{"x", a, "b", "y"}},
		"twice":              {a + a + "c", 2, []string{a, a, "c"}},
		"before a character": {"bb" + ani + "x", 1, []string{"bb" + ani[:len(ani)-3], "აx"}},
		"one after another":  {a + " " + a, 0, []string{a, a}},
	} {
		for _, p := range []Pipeline{Bert, Original} {
			require.True(t, slices.Equal(c.want, wordsOf(p, c.text)), "%s, %s", name, p)
			require.Equal(t, c.long, p.LongWords(c.text), "%s, %s", name, p)
			tr := NewTrainer(TrainConfig{VocabSize: 100, Pipeline: p})
			tr.Add(c.text)
			_, err := tr.Train()
			require.NoError(t, err)
			require.Equal(t, c.long, tr.LongWords(), "%s, %s", name, p)
		}
	}
	require.Zero(t, Bert.LongWords(strings.Repeat("word, ", most)))
	require.Zero(t, Bert.LongWords(strings.Repeat("中", most)), "ideographs are words of their own")
}

// TestLongWordsEncodeAsTheirParts: what is cut is as if it had been written with spaces.
func TestLongWordsEncodeAsTheirParts(t *testing.T) {
	tok := train(t, 60, strings.Repeat("abcabdabe ", 10))
	text := strings.Repeat("abcabdab", 3*MaxWord/8)
	parts := text[:MaxWord] + " " + text[MaxWord:2*MaxWord] + " " + text[2*MaxWord:]
	for _, p := range []Pipeline{Bert, Original} {
		require.Equal(t, tok.WithPipeline(p).Encode(parts), tok.WithPipeline(p).Encode(text))
	}
}

// TestMemoryOfTextWithoutSpaces learns from 16 MB without a space.
func TestMemoryOfTextWithoutSpaces(t *testing.T) {
	const size = 16 << 20
	random := make([]byte, size)
	rng := rand.New(rand.NewPCG(1, 2))
	for i := range random {
		random[i] = 'a' + byte(rng.IntN(26))
	}
	for name, c := range map[string]struct {
		text string
		most uint64
	}{
		"one letter": {strings.Repeat("a", size), 8 << 20},
		"letters":    {string(random), 800 << 20},
	} {
		for _, p := range []Pipeline{Bert, Original} {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			tr := NewTrainer(TrainConfig{VocabSize: 100, Pipeline: p})
			tr.Add(c.text)
			_, err := tr.Train()
			require.NoError(t, err)
			runtime.ReadMemStats(&after)
			require.Less(t, after.TotalAlloc-before.TotalAlloc, c.most, "%s, %s", name, p)
		}
	}
}

func TestTrainingStopsWithItsContext(t *testing.T) {
	for _, p := range []Pipeline{Bert, Original} {
		ctx, cancel := context.WithCancel(context.Background())
		tr := NewTrainer(TrainConfig{VocabSize: 100, Pipeline: p, Context: ctx})
		tr.Add("some words and some more words")
		cancel()
		_, err := tr.Train()
		require.ErrorIs(t, err, context.Canceled)
		_, err = tr.Counts()
		require.ErrorIs(t, err, context.Canceled)
	}
}
