package gorgpt_test

import (
	"context"
	"math"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"gorgpt"
	"gorgpt/finetune/finetunetest"
	"gorgpt/heads"
	"gorgpt/loaders"
)

// tuned writes a model with a random head for a task and opens it.
func tuned(t *testing.T, kind heads.Kind, rows ...loaders.Row) *gorgpt.Model {
	t.Helper()
	m, err := gorgpt.Open(finetunetest.Folder(t, filepath.Join(filepath.Dir(folder), "base"), kind, rows...))
	require.NoError(t, err)
	return m
}

func row(label loaders.Label, texts ...string) loaders.Row {
	return loaders.Row{Texts: texts, Label: label}
}

func TestInputsOfAllTasks(t *testing.T) {
	ctx, text := context.Background(), func(s string) loaders.Label { return loaders.Label{Text: s} }
	for _, kind := range []heads.Kind{heads.Entailment, heads.Similarity} {
		m := tuned(t, kind, row(text("yes"), "a", "b"), row(text("no"), "a", "b"))
		require.Equal(t, string(kind), m.Task())
		require.Equal(t, []string{"no", "yes"}, m.Labels())
		p, err := m.Predict(ctx, gorgpt.Pair("the boy saw", "a gull"))
		require.NoError(t, err)
		require.Contains(t, m.Labels(), p.Label)
		require.InDelta(t, 1, p.Probabilities[0]+p.Probabilities[1], 1e-6)
		_, err = m.Predict(ctx, gorgpt.Text("the boy"))
		require.EqualError(t, err, "the task of the model is "+string(kind)+": make its inputs with Pair")
		_, err = m.Predict(ctx, gorgpt.Pair("the boy", ""))
		var empty *gorgpt.EmptyError
		require.ErrorAs(t, err, &empty)
	}

	m := tuned(t, heads.Regression, row(loaders.Label{Text: "1.5", Form: loaders.Float}, "a", "b"), row(loaders.Label{Text: "2.5", Form: loaders.Float}, "a", "b"))
	p, err := m.Predict(ctx, gorgpt.Pair("the boy saw", "a gull"))
	require.NoError(t, err)
	require.Nil(t, p.Probabilities)
	require.Nil(t, m.Labels())
	score, err := strconv.ParseFloat(p.Label, 64)
	require.NoError(t, err)
	require.Equal(t, score, p.Score)
	require.NotZero(t, score)

	m = tuned(t, heads.MultiLabel, row(text("red|round"), "a"), row(text("round|small"), "b"))
	p, err = m.Predict(ctx, gorgpt.Text("the boy"))
	require.NoError(t, err)
	require.Len(t, p.Probabilities, 3)
	for i, label := range m.Labels() {
		require.Equal(t, p.Probabilities[i] >= 0.5, slices.Contains(p.Labels, label))
	}

	question := row(text("1"), "the boy saw a gull", "what did he see")
	question.Answers = []string{"the sea", "a gull"}
	m = tuned(t, heads.MultipleChoice, question)
	answers := []string{"a boy", "the sea", "a gull"} // more than in training
	p, err = m.Predict(ctx, gorgpt.Question("the boy saw a gull", "what did he see", answers...))
	require.NoError(t, err)
	require.Len(t, p.Probabilities, 3)
	require.Equal(t, strconv.Itoa(p.Answer), p.Label)
	for _, other := range p.Probabilities {
		require.LessOrEqual(t, other, p.Probabilities[p.Answer])
	}
	_, err = m.Predict(ctx, gorgpt.Question("", "what", answers...))
	require.NoError(t, err)
	without, err := m.Inspect(ctx, gorgpt.Question("the boy", "", answers...))
	require.NoError(t, err)
	blank := gorgpt.Question("the boy", " ", answers...)
	got, err := m.Inspect(ctx, blank)
	require.NoError(t, err)
	require.Equal(t, without, got)
	_, err = m.Explain(ctx, blank)
	require.NoError(t, err)
	cut, err := gorgpt.Open(finetunetest.Folder(t, filepath.Join(filepath.Dir(folder), "base"), heads.MultipleChoice, question), gorgpt.CutLong())
	require.NoError(t, err)
	long := strings.Repeat("the boy ", m.Context())
	p, err = cut.Predict(ctx, gorgpt.Question(long, "what", answers...))
	require.NoError(t, err)
	require.True(t, p.Cut)
	_, err = cut.Predict(ctx, gorgpt.Question("the boy", long, answers...))
	var length *gorgpt.LengthError
	require.ErrorAs(t, err, &length, "a question is never cut")
	require.Greater(t, length.Tokens, length.Limit)
	for _, in := range []gorgpt.Input{
		gorgpt.Question("the boy", "what"), gorgpt.Question("", "", answers...), gorgpt.Question("the boy", "what", "a", " "),
	} {
		var empty *gorgpt.EmptyError
		_, err = m.Predict(ctx, in)
		require.ErrorAs(t, err, &empty)
	}
}

// The sequences are those of the paper's figure 1, the scores give the probabilities, and the shares of both orders add up.
func TestInspect(t *testing.T) {
	ctx, text := context.Background(), func(s string) loaders.Label { return loaders.Label{Text: s} }
	roles := func(sequences [][]gorgpt.InputToken) (all []string) {
		for _, s := range sequences {
			line := ""
			for _, token := range s {
				if line += token.Text; token.Role != "" {
					line += "[" + token.Role + "]"
				}
			}
			all = append(all, line)
		}
		return all
	}
	softmax := func(scores []float64) (p []float64) {
		total := 0.0
		for _, z := range scores {
			p = append(p, math.Exp(z))
			total += math.Exp(z)
		}
		for i := range p {
			p[i] /= total
		}
		return p
	}
	m := tuned(t, heads.Similarity, row(text("yes"), "a", "b"), row(text("no"), "a", "b"))
	in := gorgpt.Pair("the boy saw", "a girl")
	got, err := m.Inspect(ctx, in)
	require.NoError(t, err)
	p, err := m.Predict(ctx, in)
	require.NoError(t, err)
	require.Equal(t, p, got.Prediction)
	require.Equal(t, []string{"[start]the boy saw[delimiter]a girl[extract]", "[start]a girl[delimiter]the boy saw[extract]"}, roles(got.Sequences))
	require.InDeltaSlice(t, p.Probabilities, softmax(got.Scores), 1e-6)
	require.Len(t, got.Shares, 2)
	for i, score := range got.Scores {
		require.InDelta(t, score, got.Shares[0][i]+got.Shares[1][i], 1e-5)
		require.NotEqual(t, got.Shares[0][i], got.Shares[1][i])
	}
	swapped, err := m.Inspect(ctx, gorgpt.Pair("a girl", "the boy saw"))
	require.NoError(t, err)
	require.InDeltaSlice(t, got.Shares[0], swapped.Shares[1], 1e-6)

	m = tuned(t, heads.Entailment, row(text("yes"), "a", "b"), row(text("no"), "a", "b"))
	got, err = m.Inspect(ctx, in)
	require.NoError(t, err)
	require.Equal(t, []string{"[start]the boy saw[delimiter]a girl[extract]"}, roles(got.Sequences))
	require.Nil(t, got.Shares)

	question := row(text("1"), "the boy saw a gull", "what did he see")
	question.Answers = []string{"the sea", "a gull"}
	m = tuned(t, heads.MultipleChoice, question)
	in = gorgpt.Question("the boy saw", "a girl", "the sea", "the lamp")
	got, err = m.Inspect(ctx, in)
	require.NoError(t, err)
	require.Equal(t, []string{"[start]the boy saw a girl[delimiter]the sea[extract]", "[start]the boy saw a girl[delimiter]the lamp[extract]"}, roles(got.Sequences))
	require.InDeltaSlice(t, got.Probabilities, softmax(got.Scores), 1e-6)
	require.Nil(t, got.Shares)
	e, err := m.Explain(ctx, in)
	require.NoError(t, err)
	require.Len(t, e.Parts, 4)
	require.NotZero(t, e.Parts[0].Tokens[0].Masked)
	_, err = m.Explain(ctx, gorgpt.Text("the boy"))
	var task *gorgpt.TaskError
	require.ErrorAs(t, err, &task)
	ended, end := context.WithCancel(ctx)
	end()
	_, err = m.Explain(ended, in)
	require.ErrorIs(t, err, context.Canceled)
}
