package zeroshot

import (
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"gorgpt/loaders"
	"gorgpt/loaders/ledger"
)

// Questions may have different numbers of answers. Questions that cannot be scored are left out and
// counted.
func TestUnscorableQuestionsAreLeftOut(t *testing.T) {
	tok := vocabularyOf(t)
	m := chain(t, tok, map[[2]string]float32{{"who", "rain"}: 3})
	rows := []loaders.Row{
		row("1", []string{"sun", "rain"}, "the film", "who"),
		row("2", []string{"sun", "the", "rain", "film"}, "the film", "who"),
		row("0", []string{"rain", strings.Repeat("film ", m.NCtx)}, "the film", "who"),
		row("0", []string{"rain", "\u200b"}, "the film", "who"),
	}
	for i := range rows {
		rows[i].Line, rows[i].Number = i+1, i+1
	}
	s := set(t, Answers, DefaultWords(), rows, nil, rows)
	fit, lines, err := s.fitting(m, tok, ledger.Tolerance{Share: 0.5})
	require.NoError(t, err)
	require.Contains(t, strings.Join(lines, "\n"), "rows: 2 of 4 rows are broken and left out")
	accuracy, err := fit.Accuracy(context.Background(), m, tok)
	require.NoError(t, err)
	require.Equal(t, 1.0, accuracy)
	require.Len(t, s.Data.Test, 4, "fitting does not change the set")
	_, _, err = s.fitting(m, tok, ledger.DefaultTolerance)
	require.ErrorContains(t, err, "2 of 4 rows are broken")
}

// So are texts without tokens, also among the rows that the threshold is fitted to.
func TestTextsWithoutTokensAreLeftOut(t *testing.T) {
	tok := vocabularyOf(t)
	m := chain(t, tok, map[[2]string]float32{{"the", "film"}: 3, {"was", "good"}: 2})
	rows := []loaders.Row{row("1", nil, "the film"), row("0", nil, "film the"), row("1", nil, "\u200b"), row("1", nil, "")}
	for i := range rows {
		rows[i].Line, rows[i].Number = i+1, i+1
	}
	for _, task := range []Task{Acceptability, Sentiment} {
		s := set(t, task, DefaultWords(), rows, rows, rows)
		fit, lines, err := s.fitting(m, tok, ledger.Tolerance{Share: 0.5})
		require.NoError(t, err)
		require.Contains(t, strings.Join(lines, "\n"), "rows: 2 of 4 rows are broken and left out")
		require.Len(t, fit.Data.Test, 2)
		require.Equal(t, task == Acceptability, len(fit.Data.Dev) == 2)
		_, err = fit.Accuracy(context.Background(), m, tok)
		require.NoError(t, err)
		_, _, err = s.fitting(m, tok, ledger.DefaultTolerance)
		require.ErrorContains(t, err, "the text has no tokens")
		_, err = s.Accuracy(context.Background(), m, tok)
		require.NoError(t, err, "a program that does not leave them out meets no panic")
	}
}
