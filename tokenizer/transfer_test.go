package tokenizer

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// counted counts the texts in so many trainers, dealt in turn, and brings the counts together.
func counted(t *testing.T, cfg TrainConfig, trainers int, texts ...string) *Trainer {
	t.Helper()
	all := NewTrainer(cfg)
	for i := range trainers {
		part := NewTrainer(cfg)
		for k := i; k < len(texts); k += trainers {
			part.Add(texts[k])
		}
		data, err := part.Counts()
		require.NoError(t, err)
		require.NoError(t, all.AddCounts(data))
	}
	return all
}

// Several trainers learn together what one learns alone.
func TestAddCounts(t *testing.T) {
	texts := portions(opticks(t)[:200_000], 1, 40_000)
	texts = append(texts, "don\u00e2\u0080\u0099t <b>\n&eacute;", "&eacute; caf\u00c3\u00a9\n")
	for _, p := range []Pipeline{Bert, Original} {
		cfg := TrainConfig{VocabSize: 400, Pipeline: p}
		one := NewTrainer(cfg)
		for _, text := range texts {
			one.Add(text)
		}
		want, err := one.Train()
		require.NoError(t, err)
		for _, trainers := range []int{1, 2, 3, 50} {
			all := counted(t, cfg, trainers, texts...)
			require.Equal(t, one.words, all.words)
			require.Equal(t, one.cost, all.cost)
			require.Equal(t, Lost{}, all.Lost())
			got, err := all.Train()
			require.NoError(t, err)
			require.Equal(t, want.tokens, got.tokens)
			require.Equal(t, want.merges, got.merges)
			require.Equal(t, p, got.Pipeline())
		}
	}
}

// What was counted and what was forgotten is all there is, also when the sum of the counts is
// too large.
func TestAddCountsKeepsTheBound(t *testing.T) {
	text := opticks(t)[:200_000]
	texts := portions(text, 1, 20_000)
	whole := NewTrainer(TrainConfig{VocabSize: 400})
	whole.Add(text)
	whole.count()
	total := 0
	for _, n := range whole.words {
		total += n
	}
	for _, trainers := range []int{2, 3} {
		for _, room := range []int{whole.cost / 10, whole.cost - 1} {
			tr := counted(t, TrainConfig{VocabSize: 400, MaxMemory: room}, trainers, texts...)
			require.LessOrEqual(t, tr.cost, room)
			require.Positive(t, tr.Lost().Words)
			kept := 0
			for _, n := range tr.words {
				kept += n
			}
			require.Equal(t, total, kept+tr.Lost().Occurrences)
			again := counted(t, TrainConfig{VocabSize: 400, MaxMemory: room}, trainers, texts...)
			require.Equal(t, tr.words, again.words)
			require.Equal(t, tr.Lost(), again.Lost())
		}
	}
}

func TestAddCountsErrors(t *testing.T) {
	data, err := NewTrainer(TrainConfig{Pipeline: Original}).Counts()
	require.NoError(t, err)
	tr := NewTrainer(TrainConfig{})
	require.EqualError(t, tr.AddCounts(data), "taking in counts of words: they are of pipeline original, not bert")
	require.ErrorContains(t, tr.AddCounts(data[:5]), "taking in counts of words: ")
}

// A text of the original pipeline is counted in the same way wherever it stands among others:
// its lines depend on those before.
func TestOrderDoesNotMatterToOriginal(t *testing.T) {
	texts := []string{"a <b> c\nd e f g &eacute;f\n", strings.Repeat("one two ", 6)}
	count := func(texts ...string) map[string]int {
		tr := NewTrainer(TrainConfig{Pipeline: Original})
		tr.slabBytes = 60
		for _, text := range texts {
			tr.Add(text)
		}
		tr.count()
		return tr.words
	}
	require.Equal(t, count(texts[0], texts[1]), count(texts[1], texts[0]))
}

func TestMarshal(t *testing.T) {
	for _, p := range []Pipeline{Bert, Original} {
		want := train(t, 300, opticks(t)[:50_000]).WithPipeline(p)
		data, err := want.Marshal()
		require.NoError(t, err)
		got, err := Unmarshal(data)
		require.NoError(t, err)
		require.Equal(t, want.tokens, got.tokens)
		require.Equal(t, want.merges, got.merges)
		require.Equal(t, p, got.Pipeline())
		require.Equal(t, want.Encode("an optick glass"), got.Encode("an optick glass"))
		_, err = Unmarshal(data[:10])
		require.ErrorContains(t, err, "taking in a tokenizer: ")
	}
}
