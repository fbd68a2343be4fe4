package tokenizer_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"gorgpt/tokenizer"
)

func latin(t *testing.T) *tokenizer.Tokenizer {
	t.Helper()
	trainer := tokenizer.NewTrainer(tokenizer.TrainConfig{VocabSize: 60, MinFrequency: 1})
	trainer.Add("the cat sat on the mat . the dog sat on the log . ccaattss dd oo gg mm ll nn hh ee")
	tok, err := trainer.Train()
	require.NoError(t, err)
	return tok
}

func TestUnknownsAreCountedByCharacter(t *testing.T) {
	for _, p := range []tokenizer.Pipeline{tokenizer.Bert, tokenizer.Original} {
		tok := latin(t).WithPipeline(p)
		var u, other tokenizer.Unknowns
		for _, text := range []string{"the cat", "你 好", "the 你 cat", ""} {
			u.Add(tok, text, tok.Encode(text))
		}
		other.Add(tok, "好 好 ж", tok.Encode("好 好 ж"))
		require.Equal(t, 3, u.Unknown, p)
		require.Equal(t, map[rune]int{'你': 2, '好': 1}, u.Chars, p)
		u.Merge(&other)
		require.Equal(t, 6, u.Unknown, p)
		require.Equal(t, []rune{'好', '你'}, u.Most(2), "the most frequent first")
		require.Contains(t, u.String(), "tokens (")
		require.Contains(t, u.String(), "are <unk>, most often for the characters 好 ×3, 你 ×2, ж ×1")
	}
}

func TestUnknownsAreReportedByShare(t *testing.T) {
	tok := latin(t)
	for _, c := range []struct {
		text, want string
		refused    bool
	}{
		{"the cat sat", "", false},
		{strings.Repeat("the cat ", 500) + "你", "rows: 1 of 1001 tokens (0.10 %) are <unk>, most often for the characters 你 ×1", false},
		{strings.Repeat("the ", 99) + "你", "warning: rows: 1 of 100 tokens (1.0 %) are <unk>", false},
		{"the 你", "rows: 1 of 2 tokens (50.0 %) are <unk>, most often for the characters 你 ×1: the vocabulary does not fit the text", true},
		{"\U0001F600\U0001F601", "100.0 %", true},
	} {
		var u tokenizer.Unknowns
		u.Add(tok, c.text, tok.Encode(c.text))
		note, err := u.Report("rows"), u.Check("rows")
		if c.refused {
			require.ErrorContains(t, err, c.want)
			require.Contains(t, note, "warning: rows: ")
			continue
		}
		require.NoError(t, err)
		require.True(t, strings.HasPrefix(note, c.want), note)
		require.Equal(t, c.want == "", note == "")
	}
}

// A zero-width joiner or a combining mark would not be seen.
func TestUnknownsNameWhatCannotBeSeen(t *testing.T) {
	u := tokenizer.Unknowns{Tokens: 1, Unknown: 1, Chars: map[rune]int{'\u0301': 1}}
	require.Contains(t, u.String(), "U+0301 ×1")
}
