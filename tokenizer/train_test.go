package tokenizer

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// train learns a vocabulary of the texts.
func train(t testing.TB, size int, texts ...string) *Tokenizer {
	t.Helper()
	tr := NewTrainer(TrainConfig{VocabSize: size})
	for _, text := range texts {
		tr.Add(text)
	}
	tok, err := tr.Train()
	require.NoError(t, err)
	return tok
}

func TestTrain(t *testing.T) {
	for _, c := range []struct {
		name   string
		cfg    TrainConfig
		text   string
		tokens string // after Unknown, the characters and the characters with suffix
		merges string
	}{
		{
			name:   "the most frequent pair first",
			cfg:    TrainConfig{VocabSize: 9},
			text:   "ab ab ab cb cb",
			tokens: "ab</w> cb</w>",
			merges: "a b</w>, c b</w>",
		},
		{
			name:   "equal counts in lexicographic order",
			cfg:    TrainConfig{VocabSize: 100},
			text:   "dc dc ba ba",
			tokens: "ba</w> dc</w>",
			merges: "b a</w>, d c</w>",
		},
		{
			name:   "merges build on merges",
			cfg:    TrainConfig{VocabSize: 100},
			text:   "abc abc abc ab",
			tokens: "ab abc</w>",
			merges: "a b, ab c</w>",
		},
		{
			name:   "pairs below the minimum stay apart",
			cfg:    TrainConfig{VocabSize: 100, MinFrequency: 3},
			text:   "ab ab ab cd cd",
			tokens: "ab</w>",
			merges: "a b</w>",
		},
		{
			name:   "a run pairs up from the left",
			cfg:    TrainConfig{VocabSize: 4},
			text:   "aaaaa aaaaa",
			tokens: "aa",
			merges: "a a",
		},
		{
			name:   "case and accents do not count",
			cfg:    TrainConfig{VocabSize: 100},
			text:   "Été <unk> ete",
			tokens: "et ete</w>",
			merges: "e t, et e</w>",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			tr := NewTrainer(c.cfg)
			tr.Add(c.text)
			tok, err := tr.Train()
			require.NoError(t, err)
			base := 1 + 2*len(tr.alphabet())
			require.Equal(t, Unknown, tok.tokens[0])
			require.Equal(t, c.tokens, strings.Join(tok.tokens[base:], " "))
			var merges []string
			for _, m := range tok.merges {
				merges = append(merges, m.Left+" "+m.Right)
			}
			require.Equal(t, c.merges, strings.Join(merges, ", "))
		})
	}
}

func TestTrainAlphabet(t *testing.T) {
	tok := train(t, 5, "ba")
	require.Equal(t, []string{Unknown, "a", "b", "a</w>", "b</w>"}, tok.tokens)
}

func TestTrainErrors(t *testing.T) {
	for _, c := range []struct {
		name, text, want string
		cfg              TrainConfig
	}{
		{"no text", "", "the text has no words", TrainConfig{VocabSize: 10}},
		{"only space", " \n\u200b", "the text has no words", TrainConfig{VocabSize: 10}},
		{"too small", "abc", "4 tokens cannot hold the 3 characters", TrainConfig{VocabSize: 4}},
		{"negative minimum", "abc", "minimum frequency -1", TrainConfig{VocabSize: 10, MinFrequency: -1}},
	} {
		t.Run(c.name, func(t *testing.T) {
			tr := NewTrainer(c.cfg)
			tr.Add(c.text)
			_, err := tr.Train()
			require.ErrorContains(t, err, c.want)
		})
	}
}

// TestTrainCounts checks the incremental counts against counting afresh.
func TestTrainCounts(t *testing.T) {
	words := map[string]int{"aaaaaaa": 3, "abababa": 2, "baab": 5, "aabaabaab": 1, "b": 4, "abcabcabcab": 2, "ccc": 7}
	tr := &Trainer{words: words}
	l := newLearner(tr.alphabet())
	for word, n := range words {
		l.addWord(word, n)
	}
	for _, merge := range []string{"a b", "ab a", "a a", "c c", "aba b", "aa ab", "b c", "ab c"} {
		left, right, _ := strings.Cut(merge, " ")
		p := pair{l.addToken(left), l.addToken(right)}
		if l.pairs[p] != nil {
			l.merge(p)
		}
		want := make(map[pair]int)
		for at, id := range l.pieces {
			if id != none && l.next[at] != none {
				want[l.pairAt(int32(at))] += l.count[at]
			}
		}
		got := make(map[pair]int)
		for p, o := range l.pairs {
			got[p] = o.count
		}
		require.Equal(t, want, got, "after %s", merge)
	}
}

// TestTrainMatchesDefinition learns once with the incremental counts and once by counting
// all pairs anew before each merge; and then spells the words like training left them.
func TestTrainMatchesDefinition(t *testing.T) {
	tr := NewTrainer(TrainConfig{VocabSize: 500})
	tr.Add(opticks(t)[:30_000])
	tr.count()
	l := newLearner(tr.alphabet())
	var words []string
	for word, n := range tr.words {
		words = append(words, word)
		l.addWord(word, n)
	}
	merges, err := l.learn(tr.cfg)
	require.NoError(t, err)
	require.Equal(t, learnAgain(tr.words, len(merges)), merges)

	tok, err := New(l.tokens, merges)
	require.NoError(t, err)
	var spelled, left []int32
	for _, word := range words {
		spelled = newSpeller().appendWord(spelled, tok, []byte(word))
	}
	for _, id := range l.pieces {
		if id != none {
			left = append(left, id)
		}
	}
	require.Equal(t, left, spelled)
}

// learnAgain is the definition of training, step by step.
func learnAgain(words map[string]int, steps int) []Merge {
	spelled := make(map[string][]string)
	for word := range words {
		pieces := strings.Split(word, "")
		pieces[len(pieces)-1] += endOfWord
		spelled[word] = pieces
	}
	var merges []Merge
	for range steps {
		counts := make(map[Merge]int)
		for word, pieces := range spelled {
			for i := range pieces[1:] {
				counts[Merge{pieces[i], pieces[i+1]}] += words[word]
			}
		}
		var best Merge
		for m, n := range counts {
			if n > counts[best] || n == counts[best] &&
				(m.Left < best.Left || m.Left == best.Left && m.Right < best.Right) {
				best = m
			}
		}
		merges = append(merges, best)
		for word, pieces := range spelled {
			spelled[word] = mergeAll(pieces, best)
		}
	}
	return merges
}

// mergeAll joins every occurrence of a pair, from left to right.
func mergeAll(pieces []string, m Merge) []string {
	var merged []string
	for i := 0; i < len(pieces); i++ {
		if i+1 < len(pieces) && pieces[i] == m.Left && pieces[i+1] == m.Right {
			merged = append(merged, m.Left+m.Right)
			i++
		} else {
			merged = append(merged, pieces[i])
		}
	}
	return merged
}

func BenchmarkTrain(b *testing.B) {
	text := strings.Repeat(opticks(b), 9)[:5_000_000]
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		require.Positive(b, train(b, 8192, text).Size())
	}
}
