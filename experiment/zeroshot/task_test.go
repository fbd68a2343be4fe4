package zeroshot

import (
	"context"
	"math"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"gorgpt/finetune"
	"gorgpt/gpt1"
	"gorgpt/heads"
	"gorgpt/loaders"
	"gorgpt/tokenizer"
)

// words are the words that the models of these tests know. Each is one token.
const vocabulary = "the film was good bad very positive negative who rain sun"

// vocabularyOf learns a tokenizer for words.
func vocabularyOf(t *testing.T) *tokenizer.Tokenizer {
	t.Helper()
	trainer := tokenizer.NewTrainer(tokenizer.TrainConfig{VocabSize: 100, MinFrequency: 1})
	trainer.Add(vocabulary)
	tok, err := trainer.Train()
	require.NoError(t, err)
	return tok
}

// id returns the token of a word.
func id(t *testing.T, tok *tokenizer.Tokenizer, word string) int32 {
	t.Helper()
	ids := tok.Encode(word)
	require.Len(t, ids, 1, word)
	return ids[0]
}

// chain returns a model whose next token depends only on the last one, with the given scores: an
// LSTM without memory, with as many units as tokens and one-hot embeddings. Other scores are 0.
func chain(t *testing.T, tok *tokenizer.Tokenizer, scores map[[2]string]float32) *gpt1.Model {
	t.Helper()
	v := tok.Size()
	m, err := gpt1.New(gpt1.Config{NLayer: 1, NHead: 1, NEmbd: v, NCtx: 32, VocabSize: v, LayerNormEps: 1e-5, NUnits: v})
	require.NoError(t, err)
	for i := range v {
		m.Store.Param("tokens_embed.weight").Value[i*v+i] = 1
		m.Store.Param("lstm.weight_ih_l0").Value[(2*v+i)*v+i] = 20 // g is the token
		m.Store.Param("lstm.bias_ih_l0").Value[i] = 20             // in
		m.Store.Param("lstm.bias_ih_l0").Value[v+i] = -20          // forgotten at once
		m.Store.Param("lstm.bias_ih_l0").Value[3*v+i] = 20         // out
	}
	for pair, s := range scores { // h is tanh(1) at the token
		m.Store.Param("proj.weight").Value[int(id(t, tok, pair[0]))*v+int(id(t, tok, pair[1]))] = s / float32(math.Tanh(1))
	}
	return m
}

// logP returns log P(next) of a chain after a token for which one score is s and all others are 0.
func logP(v int, s, of float64) float64 { return of - math.Log(math.Exp(s)+float64(v-1)) }

func row(label string, answers []string, texts ...string) loaders.Row {
	return loaders.Row{Path: "rows", Line: 1, Texts: texts, Answers: answers, Label: loaders.Label{Text: label, Form: loaders.Integer}}
}

func set(t *testing.T, task Task, w Words, train, dev, test []loaders.Row) *Set {
	t.Helper()
	d := &finetune.Data{Train: train, Dev: dev, Test: test}
	var err error
	d.Spec, err = finetune.Learn(task.Kind(), train)
	require.NoError(t, err)
	s, err := NewSet(task, w, d)
	require.NoError(t, err)
	return s
}

// Texts cost the bits of all tokens, in as many windows as they need; the same text costs once.
func TestCost(t *testing.T) {
	tok := vocabularyOf(t)
	m := chain(t, tok, map[[2]string]float32{{"the", "film"}: 3})
	v := tok.Size()
	known, other := -logP(v, 3, 3)/math.Ln2, math.Log2(float64(v))
	for n := range 3 * m.NCtx {
		text := "the film" + strings.Repeat(" was", n)
		c, err := newScorer(m).cost(context.Background(), tok, []string{text, "", "film", text})
		require.NoError(t, err)
		require.InDelta(t, known+float64(n+2)*other, c.Bits, 1e-3, n) // after the full stop, "the" and "film" are as likely as any token
		require.Equal(t, len(text)+len("film"), c.Bytes)
	}
	require.Equal(t, "0.500", Cost{Bits: 2, Bytes: 4}.perByte())
	require.Equal(t, "–", Cost{}.perByte())
}

func TestScorer(t *testing.T) {
	tok := vocabularyOf(t)
	m := chain(t, tok, map[[2]string]float32{{"the", "film"}: 3})
	s := newScorer(m)
	// There are more texts than are computed at a time, with different lengths in random order.
	var texts []text
	for n := range 40 {
		words := "the film"
		for range (n * 7) % 9 {
			words += " was"
		}
		texts = append(texts, text{tok.Encode(words), 1})
	}
	texts[0].from = 2
	sums, counts, err := s.sums(context.Background(), texts)
	require.NoError(t, err)
	v := tok.Size()
	known, other := logP(v, 3, 3), -math.Log(float64(v))
	require.Zero(t, counts[0])
	for n := 1; n < 40; n++ {
		was := (n * 7) % 9
		require.Equal(t, 1+was, counts[n])
		require.InDelta(t, known+float64(was)*other, sums[n], 1e-4)
	}

	one := func(cores int) []float64 {
		defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(cores))
		sums, _, err := newScorer(m).sums(context.Background(), texts)
		require.NoError(t, err)
		return sums
	}
	require.Equal(t, one(1), one(2), "the number of cores does not matter")
}

func TestSentiment(t *testing.T) {
	tok := vocabularyOf(t)
	rows := []loaders.Row{row("1", nil, "the film was good"), row("0", nil, "the film was bad")}
	// After "very" this model always predicts positive; after "good" and "bad" it predicts the right
	// word.
	m := chain(t, tok, map[[2]string]float32{{"very", "positive"}: 2, {"good", "positive"}: 2, {"bad", "negative"}: 2})
	for name, c := range map[string]struct {
		change func(*Words)
		want   float64
	}{
		"very":           {func(*Words) {}, 0.5},
		"nothing":        {func(w *Words) { w.Append = "" }, 1},
		"the other way":  {func(w *Words) { w.Append, w.Positive, w.Negative = "", "negative", "positive" }, 0},
		"several words":  {func(w *Words) { w.Append, w.Positive, w.Negative = "", "positive,sun", "negative, rain" }, 1},
		"words of parts": {func(w *Words) { w.Append, w.Positive, w.Negative = "", "positive the", "negative the" }, 1},
	} {
		t.Run(name, func(t *testing.T) {
			w := DefaultWords()
			c.change(&w)
			acc, err := set(t, Sentiment, w, rows, nil, rows).Accuracy(context.Background(), m, tok)
			require.NoError(t, err)
			require.Equal(t, c.want, acc)
		})
	}
}

func TestAnswers(t *testing.T) {
	tok := vocabularyOf(t)
	// One answer has the higher probability, the other the higher mean log-probability of its tokens.
	m := chain(t, tok, map[[2]string]float32{{"who", "sun"}: 1, {"who", "rain"}: 1.1, {"rain", "film"}: 3, {"film", "film"}: 3})
	rows := []loaders.Row{row("1", []string{"sun", "rain film film film"}, "the film", "who"), row("0", []string{"sun", "good bad"}, "the film", "who")}
	acc, err := set(t, Answers, DefaultWords(), rows, nil, rows).Accuracy(context.Background(), m, tok)
	require.NoError(t, err)
	require.Equal(t, 1.0, acc)

	long := []loaders.Row{row("0", []string{"sun", "good"}, "the film was good the film was good the film was good the film was good the film was good the film was good the film was good the film was good the film was good", "who")}
	acc, err = set(t, Answers, DefaultWords(), rows, nil, long).Accuracy(context.Background(), m, tok)
	require.NoError(t, err)
	require.Equal(t, 1.0, acc, "a long context is cut, and the question stays")
}

func TestAcceptability(t *testing.T) {
	tok := vocabularyOf(t)
	m := chain(t, tok, map[[2]string]float32{{"the", "film"}: 4, {"film", "was"}: 4, {"was", "good"}: 4})
	good, bad := row("1", nil, "the film was good"), row("0", nil, "film the was good")
	rows := []loaders.Row{good, bad}
	acc, err := set(t, Acceptability, Words{}, rows, rows, []loaders.Row{good, bad, bad, good}).Accuracy(context.Background(), m, tok)
	require.NoError(t, err)
	require.Equal(t, 1.0, acc)

	t.Run("the threshold is not chosen on test rows", func(t *testing.T) {
		worse := row("1", nil, "film the was good") // with its label, no limit would separate the two
		acc, err := set(t, Acceptability, Words{}, rows, rows, []loaders.Row{worse}).Accuracy(context.Background(), m, tok)
		require.NoError(t, err)
		require.Zero(t, acc)
	})
	t.Run("without development rows, training rows decide", func(t *testing.T) {
		acc, err := set(t, Acceptability, Words{}, rows, nil, rows).Accuracy(context.Background(), m, tok)
		require.NoError(t, err)
		require.Equal(t, 1.0, acc)
	})
}

func TestThreshold(t *testing.T) {
	for name, c := range map[string]struct {
		scores []float64
		good   []bool
		want   float64
	}{
		"between":      {[]float64{3, 1, 2, 4}, []bool{true, false, false, true}, 2.5},
		"all good":     {[]float64{3, 1}, []bool{true, true}, math.Inf(-1)},
		"all bad":      {[]float64{3, 1}, []bool{false, false}, math.Inf(1)},
		"ties":         {[]float64{1, 1, 2}, []bool{false, false, true}, 1.5},
		"one mistake":  {[]float64{1, 2, 3, 4, 5}, []bool{false, true, false, true, true}, 1.5},
		"equal scores": {[]float64{1, 1}, []bool{false, true}, math.Inf(-1)},
	} {
		require.Equal(t, c.want, threshold(c.scores, c.good), name)
	}
}

func TestMistakes(t *testing.T) {
	w := DefaultWords()
	require.NoError(t, w.Check())
	w.Ask = "{answer} {question}"
	require.ErrorContains(t, w.Check(), "Ask is \"{answer} {question}\": it must have {question} once and {answer} once after it")
	w = DefaultWords()
	w.Positive = "good,,fine"
	require.ErrorContains(t, w.Check(), "Positive is")
	_, err := ParseTask("poetry")
	require.EqualError(t, err, `unknown task "poetry": it must be acceptability, sentiment or qa`)
	_, err = NewSet(Sentiment, w, &finetune.Data{})
	require.ErrorContains(t, err, "no test rows")
	rows := []loaders.Row{row("0", nil, "a"), row("1", nil, "a"), row("2", nil, "a")}
	d := &finetune.Data{Train: rows, Test: rows}
	d.Spec, err = finetune.Learn(heads.Classification, rows)
	require.NoError(t, err)
	_, err = NewSet(Sentiment, w, d)
	require.ErrorContains(t, err, "sentiment has 3 labels: it must have two")
}
