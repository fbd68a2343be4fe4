package gorgpt_test

import (
	"context"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"gorgpt"
	"gorgpt/checkpoint"
	"gorgpt/gpt1"
	"gorgpt/tokenizer"
)

const folder = "testdata/stability/c3479e4/tuned-done"

func open(t *testing.T) *gorgpt.Model {
	t.Helper()
	m, err := gorgpt.Open(folder)
	require.NoError(t, err)
	return m
}

// write collects a text and the error at its end.
func write(ctx context.Context, m *gorgpt.Model, prompt string, s gorgpt.Sampling) (text string, err error) {
	var b strings.Builder
	for piece, e := range m.Generate(ctx, prompt, s) {
		b.WriteString(piece)
		err = e
	}
	return b.String(), err
}

func TestGenerate(t *testing.T) {
	m, ctx := open(t), context.Background()
	text, err := write(ctx, m, "the boy saw", gorgpt.Sampling{Tokens: 12})
	require.NoError(t, err)
	command, err := os.ReadFile(filepath.Join(filepath.Dir(folder), "tuned-text.txt"))
	require.NoError(t, err)
	require.Equal(t, string(command), "the boy saw"+text+"\n", "gorgpt generate writes the same")

	drawn := gorgpt.Sampling{Tokens: 20, Temperature: 1, TopK: 30, TopP: 0.9, Seed: 1}
	first, err := write(ctx, m, "the boy", drawn)
	require.NoError(t, err)
	again, err := write(ctx, m, "the boy", drawn)
	require.NoError(t, err)
	require.Equal(t, first, again, "one seed")
	drawn.Seed = 2
	other, err := write(ctx, m, "the boy", drawn)
	require.NoError(t, err)
	require.NotEqual(t, first, other, "another seed")

	default100, err := write(ctx, m, "the", gorgpt.Sampling{})
	require.NoError(t, err)
	require.NotEmpty(t, default100)
}

func TestCompute(t *testing.T) {
	ctx := context.Background()
	texts := map[gorgpt.Dtype]string{}
	for _, d := range []gorgpt.Dtype{"", gorgpt.Float32, gorgpt.BFloat16, gorgpt.Int8} {
		m, err := gorgpt.Open(folder, gorgpt.Compute(d))
		require.NoError(t, err)
		texts[d], err = write(ctx, m, "the boy saw", gorgpt.Sampling{Tokens: 400, Temperature: 3, Seed: 1})
		require.NoError(t, err)
		require.NotEmpty(t, texts[d])
	}
	require.Equal(t, texts[""], texts[gorgpt.Float32], "what the folder holds")
	require.NotEqual(t, texts[gorgpt.Float32], texts[gorgpt.Int8])
	_, err := gorgpt.Open(folder, gorgpt.Compute("int4"))
	require.EqualError(t, err, `opening a model: "int4" is not a type of weights: it must be one of [float32 bfloat16 int8]`)
}

func TestGenerateStops(t *testing.T) {
	m, ctx := open(t), context.Background()
	text, err := write(ctx, m, "the boy saw", gorgpt.Sampling{Stop: []string{"the the"}})
	require.NoError(t, err)
	require.Equal(t, " w", text)

	pieces := 0
	for _, err := range m.Generate(ctx, "the boy saw", gorgpt.Sampling{}) {
		require.NoError(t, err)
		if pieces++; pieces == 2 {
			break
		}
	}
	require.Equal(t, 2, pieces)

	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	pieces = 0
	var last error
	for piece, err := range m.Generate(ctx, "the boy saw", gorgpt.Sampling{}) {
		if last = err; piece != "" {
			pieces++
			cancel()
		}
	}
	require.ErrorIs(t, last, context.Canceled)
	require.Equal(t, 1, pieces)
}

func TestMistakes(t *testing.T) {
	_, err := gorgpt.Open(t.TempDir())
	require.ErrorContains(t, err, "opening a model")

	m, ctx := open(t), context.Background()
	_, err = write(ctx, m, " ", gorgpt.Sampling{})
	require.ErrorContains(t, err, "the prompt is empty")
	_, err = write(ctx, m, "the", gorgpt.Sampling{Temperature: -1})
	require.ErrorContains(t, err, "temperature")
	_, err = write(ctx, m, "the", gorgpt.Sampling{Tokens: -1})
	require.Error(t, err)

	tok, err := tokenizer.Load(folder)
	require.NoError(t, err)
	lstm, err := gpt1.New(gpt1.Config{NLayer: 1, NHead: 1, NUnits: 4, NEmbd: 4, NCtx: 8, VocabSize: tok.Size(), LayerNormEps: 1e-5, InitRange: 0.1})
	require.NoError(t, err)
	lstm.Init(1)
	dir := t.TempDir()
	require.NoError(t, checkpoint.WriteFolder(dir, lstm, tok, checkpoint.Form{}))
	m, err = gorgpt.Open(dir)
	require.NoError(t, err)
	_, err = write(ctx, m, "the boy", gorgpt.Sampling{})
	require.ErrorContains(t, err, "LSTM")
	scored, err := m.Score(ctx, "the boy saw", 0)
	require.NoError(t, err)
	require.NotEmpty(t, scored)
}

func TestManyGoroutinesWriteTheSameTextsAsOne(t *testing.T) {
	m, ctx := open(t), context.Background()
	prompts := []string{"the boy", "the girl saw", "a gull", "the sea was"}
	sampling := func(i int) gorgpt.Sampling {
		return gorgpt.Sampling{Tokens: 40, Temperature: 0.9, Seed: uint64(i)} // past the context
	}
	alone := make([]string, 16)
	for i := range alone {
		var err error
		alone[i], err = write(ctx, m, prompts[i%len(prompts)], sampling(i))
		require.NoError(t, err)
	}
	together, errs := make([]string, len(alone)), make([]error, len(alone))
	var wait sync.WaitGroup
	for i := range together {
		wait.Go(func() { together[i], errs[i] = write(ctx, m, prompts[i%len(prompts)], sampling(i)) })
	}
	wait.Wait()
	for i, err := range errs {
		require.NoError(t, err)
		require.Equal(t, alone[i], together[i])
	}
}

// Calls that stop reading, at the end of their context or of their own accord, make room for others.
func TestTextsThatNobodyReads(t *testing.T) {
	m, goroutines := open(t), runtime.NumGoroutine()
	want, err := write(context.Background(), m, "the boy", gorgpt.Sampling{Tokens: 30})
	require.NoError(t, err)
	var wait sync.WaitGroup
	for i := range 120 { // more than are written at once
		wait.Go(func() {
			ctx, cancel := context.WithCancel(context.Background())
			defer cancel()
			pieces := 0
			var text strings.Builder
			for piece, err := range m.Generate(ctx, "the boy", gorgpt.Sampling{Tokens: 30}) {
				if i%3 == 1 && pieces >= 5 {
					assert.ErrorIs(t, err, context.Canceled)
					return
				}
				assert.NoError(t, err)
				text.WriteString(piece)
				if pieces++; pieces < 5 {
					continue
				}
				switch i % 3 {
				case 0:
					return
				case 1:
					cancel()
				}
			}
			assert.Equal(t, want, text.String())
		})
	}
	wait.Wait()
	require.Eventually(t, func() bool { return runtime.NumGoroutine() <= goroutines+1 }, 10*time.Second, time.Millisecond)
}

// A text that is read slowly waits for its reader, and others go on.
func TestSlowReaders(t *testing.T) {
	m, ctx := open(t), context.Background()
	s := gorgpt.Sampling{Tokens: 100}
	want, err := write(ctx, m, "the girl", s)
	require.NoError(t, err)
	var text strings.Builder
	for piece, err := range m.Generate(ctx, "the girl", s) {
		require.NoError(t, err)
		text.WriteString(piece)
		if text.Len() < 20 {
			other, err := write(ctx, m, "the girl", s)
			require.NoError(t, err)
			require.Equal(t, want, other)
		}
	}
	require.Equal(t, want, text.String())
}

// Where memory is short, so that one text is written at a time, its reader may ask for others meanwhile. All have the same tokens.
func TestTextsShareOnePlace(t *testing.T) {
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	m, s := open(t), gorgpt.Sampling{Tokens: 100, Temperature: 1, Seed: 1} // past the context
	tok, err := m.Tokenizer()
	require.NoError(t, err)
	prompt := tok.Encode("the boy saw")
	want, err := write(ctx, m, "the girl", s)
	require.NoError(t, err)
	wantNext, err := m.Next(ctx, prompt)
	require.NoError(t, err)

	m = open(t)
	before := debug.SetMemoryLimit(1 << 20) // until the first text has a place
	defer debug.SetMemoryLimit(before)
	var text strings.Builder
	for piece, err := range m.Generate(ctx, "the girl", s) {
		require.NoError(t, err)
		debug.SetMemoryLimit(before)
		text.WriteString(piece)
		next, err := m.Next(ctx, prompt)
		require.NoError(t, err)
		require.Equal(t, wantNext, next)
	}
	require.Equal(t, want, text.String())
}
