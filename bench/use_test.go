package bench_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"gorgpt"
	"gorgpt/checkpoint"
	"gorgpt/finetune"
	"gorgpt/gpt1"
	"gorgpt/heads"
	"gorgpt/loaders"
	"gorgpt/loaders/storyworld"
	"gorgpt/tokenizer"
)

// BenchmarkUse opens a classifier from Go and predicts texts of 30 tokens, which are sequences of 32: the first one, one
// after the other, all in one call, and from 64 goroutines.
func BenchmarkUse(b *testing.B) {
	ctx := context.Background()
	for _, preset := range []string{"tiny", "gpt1"} {
		b.Run(preset, func(b *testing.B) {
			dir, texts := classifier(b, preset)
			inputs := textInputs(texts)
			var open, first []time.Duration
			var m *gorgpt.Model
			for range 5 {
				start := time.Now()
				var err error
				m, err = gorgpt.Open(dir)
				require.NoError(b, err)
				open = append(open, time.Since(start))
				_, err = m.Predict(ctx, inputs[0])
				require.NoError(b, err)
				first = append(first, time.Since(start)-open[len(open)-1])
			}
			alone, all, many := func() {
				for _, in := range inputs[:16] {
					_, err := m.Predict(ctx, in)
					require.NoError(b, err)
				}
			}, func() {
				_, err := m.PredictAll(ctx, inputs)
				require.NoError(b, err)
			}, func() {
				var wait sync.WaitGroup
				for i := range 64 {
					wait.Go(func() {
						for k := i; k < len(inputs); k += 64 {
							_, err := m.Predict(ctx, inputs[k])
							require.NoError(b, err)
						}
					})
				}
				wait.Wait()
			}
			took := map[string][]time.Duration{}
			for b.Loop() {
				for name, f := range map[string]func(){"alone": alone, "all": all, "64": many} {
					start := time.Now()
					f()
					took[name] = append(took[name], time.Since(start))
				}
			}
			b.ReportMetric(1e3*median(open).Seconds(), "ms/open")
			b.ReportMetric(1e3*median(first).Seconds(), "ms/first")
			b.ReportMetric(1e3*median(took["alone"]).Seconds()/16, "ms/alone")
			b.ReportMetric(float64(len(inputs))/median(took["all"]).Seconds(), "texts/s")
			b.ReportMetric(float64(len(inputs))/median(took["64"]).Seconds(), "texts/s-64")
		})
	}
}

// BenchmarkOpen opens a language model of the published size, with its vocabulary, from files that the system has in memory.
func BenchmarkOpen(b *testing.B) {
	from := os.Getenv("GORGPT_TOKENIZER")
	if from == "" {
		from = filepath.FromSlash("../../shared/tokenizer")
	}
	tok, err := tokenizer.Load(from)
	if err != nil {
		b.Skipf("no reference vocabulary (set GORGPT_TOKENIZER to an absolute path): %v", err)
	}
	c, err := gpt1.Preset("gpt1")
	require.NoError(b, err)
	m, err := gpt1.New(c)
	require.NoError(b, err)
	m.Init(1)
	dir := b.TempDir()
	require.NoError(b, checkpoint.WriteFolder(dir, m, tok, checkpoint.Form{}))
	for b.Loop() {
		_, err := gorgpt.Open(dir)
		require.NoError(b, err)
	}
}

// classifier writes the folder of a classifier with random weights, and returns 512 texts of up to 30 tokens for it.
func classifier(b *testing.B, preset string) (dir string, texts []string) {
	b.Helper()
	books := storyworld.Books(1 << 20)
	trainer := tokenizer.NewTrainer(tokenizer.TrainConfig{VocabSize: 2048})
	for _, book := range books {
		trainer.Add(book.Text)
	}
	tok, err := trainer.Train()
	require.NoError(b, err)
	ids := tok.Encode(books[0].Text)
	for at := 0; len(texts) < 512; at += 7 {
		text := strings.Fields(tok.Decode(ids[at : at+32]))
		for len(tok.Encode(strings.Join(text, " "))) > 30 {
			text = text[1:]
		}
		texts = append(texts, strings.Join(text, " "))
	}
	tok, err = tok.AddSpecials()
	require.NoError(b, err)
	c, err := gpt1.Preset(preset)
	require.NoError(b, err)
	c.VocabSize = tok.Size()
	spec, err := finetune.Learn(heads.Classification, []loaders.Row{
		{Texts: []string{"a"}, Label: loaders.Label{Text: "no"}}, {Texts: []string{"a"}, Label: loaders.Label{Text: "yes"}},
	})
	require.NoError(b, err)
	spec.Specials, err = finetune.Specials(tok)
	require.NoError(b, err)
	m, err := gpt1.New(c, heads.Params(c.NEmbd, spec.Outputs())...)
	require.NoError(b, err)
	m.Init(1)
	dir = b.TempDir()
	require.NoError(b, checkpoint.WriteFolder(dir, m, tok, checkpoint.Form{}))
	task, err := spec.JSON()
	require.NoError(b, err)
	require.NoError(b, os.WriteFile(filepath.Join(dir, finetune.SpecFile), task, 0o600))
	return dir, texts
}

func textInputs(texts []string) (inputs []gorgpt.Input) {
	for _, text := range texts {
		inputs = append(inputs, gorgpt.Text(text))
	}
	return inputs
}

// BenchmarkWriteTogether writes 64 tokens for each of several calls at once, in int8. tok/s is the speed of all together, first the
// time to the first token, and gap that between two tokens of a text; p99 is their 99th percentile.
func BenchmarkWriteTogether(b *testing.B) {
	const tokens = 64
	ctx := context.Background()
	for _, preset := range []string{"tiny", "gpt1"} {
		dir, _ := classifier(b, preset)
		m, err := gorgpt.Open(dir, gorgpt.Compute(gorgpt.Int8))
		require.NoError(b, err)
		for _, clients := range []int{1, 8, 32} {
			b.Run(fmt.Sprintf("%s/%d", preset, clients), func(b *testing.B) {
				var mu sync.Mutex
				var first, gaps, took []time.Duration
				write := func(i int) {
					last, n := time.Now(), 0
					for _, err := range m.Continue(ctx, []int32{int32(300 + i), 301, 302}, gorgpt.Sampling{Tokens: tokens, Temperature: 1, Seed: uint64(i)}) {
						require.NoError(b, err)
						now := time.Now()
						mu.Lock()
						if n++; n == 1 {
							first = append(first, now.Sub(last))
						} else {
							gaps = append(gaps, now.Sub(last))
						}
						mu.Unlock()
						last = now
					}
				}
				round := func() {
					var wait sync.WaitGroup
					for i := range clients {
						wait.Go(func() { write(i) })
					}
					wait.Wait()
				}
				round()
				first, gaps = nil, nil
				for b.Loop() {
					start := time.Now()
					round()
					took = append(took, time.Since(start))
				}
				b.ReportMetric(float64(clients*tokens)/median(took).Seconds(), "tok/s")
				slices.Sort(first)
				slices.Sort(gaps)
				b.ReportMetric(1e3*first[len(first)/2].Seconds(), "ms/first")
				b.ReportMetric(1e3*first[len(first)*99/100].Seconds(), "ms/first-p99")
				b.ReportMetric(1e3*gaps[len(gaps)/2].Seconds(), "ms/gap")
				b.ReportMetric(1e3*gaps[len(gaps)*99/100].Seconds(), "ms/gap-p99")
			})
		}
	}
}
