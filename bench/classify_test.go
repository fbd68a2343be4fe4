package bench_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"gorgpt/bench"
	"gorgpt/gpt1"
	"gorgpt/heads"
	"gorgpt/internal/simd"
)

// BenchmarkClassify classifies texts of 32 and of 128 tokens, bench.ClassifyBatch in each call. texts/s is the speed of the
// median call.
func BenchmarkClassify(b *testing.B) {
	for _, preset := range []string{"gpt1", "tiny"} {
		for _, length := range []int{32, 128} {
			b.Run(fmt.Sprintf("%s/T%d", preset, length), func(b *testing.B) {
				require.NoError(b, simd.Err())
				c, err := gpt1.Preset(preset)
				require.NoError(b, err)
				pre, err := gpt1.New(c)
				require.NoError(b, err)
				pre.Init(1)
				m, err := heads.Attach(pre, heads.AttachOptions{Rows: c.VocabSize + 3, Outputs: 2, Blocks: pre.NLayer, Seed: 1})
				require.NoError(b, err)
				head, err := heads.New(heads.Classification, m, 0.1)
				require.NoError(b, err)
				tuner := &heads.Tuner{Model: m, Head: head, Micro: 4, Wide: c.Wide()}
				lengths := make([]int, bench.ClassifyBatch)
				for i := range lengths {
					lengths[i] = length
				}
				batch := sentences(lengths, c.VocabSize)
				classify := func() {
					_, err := tuner.Predict(context.Background(), batch)
					require.NoError(b, err)
				}
				for range warmUp {
					classify()
				}
				var took []time.Duration
				for b.Loop() {
					start := time.Now()
					classify()
					took = append(took, time.Since(start))
				}
				b.ReportMetric(bench.ClassifyBatch/median(took).Seconds(), "texts/s")
			})
		}
	}
}
