package heads

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"gorgpt/gpt1"
	"gorgpt/graph/draw"
)

// BenchmarkAlone predicts one sequence of 32 tokens. sum/op is the sum of the times of its operations, as a profile of
// the same graph measures them in turn with the predictions, and ratio is how many times as long a prediction takes.
func BenchmarkAlone(b *testing.B) {
	const length, rounds = 32, 20
	ctx := context.Background()
	for _, preset := range []string{"tiny", "gpt1"} {
		b.Run(preset, func(b *testing.B) {
			c, err := gpt1.Preset(preset)
			require.NoError(b, err)
			c.VocabSize = 2048
			m, err := gpt1.New(c, Params(c.NEmbd, 2)...)
			require.NoError(b, err)
			m.Init(1)
			head, err := New(Classification, m, 0)
			require.NoError(b, err)
			tuner := &Tuner{Model: m, Head: head, Micro: 1}
			text := []Encoded{{Sequences: [][]int32{make([]int32, length)}}}
			predict := func() {
				_, err := tuner.Predict(ctx, text)
				require.NoError(b, err)
			}
			predict()
			var whole, parts time.Duration
			for b.Loop() {
				start := time.Now()
				for range rounds {
					predict()
				}
				whole += time.Since(start)
				st := declare(m, head, 0, shape{1, 1, length, predicts})
				_, err := draw.Measure(ctx, draw.Subject{Graph: st.expr, Fill: func() { st.fillAny(int32(m.VocabSize)) }}, rounds)
				require.NoError(b, err)
				nodes, err := st.expr.Nodes()
				require.NoError(b, err)
				for _, x := range nodes {
					parts += x.Time
				}
			}
			n := float64(b.N * rounds)
			b.ReportMetric(1e3*whole.Seconds()/n, "ms/predict")
			b.ReportMetric(1e3*parts.Seconds()/n, "ms/sum")
			b.ReportMetric(whole.Seconds()/parts.Seconds(), "ratio")
		})
	}
}
