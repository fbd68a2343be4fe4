package bench_test

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"gorgpt/gpt1"
	"gorgpt/graph"
	"gorgpt/internal/simd"
	"gorgpt/optim"
)

// warmUp is the number of steps before the clock starts. They touch memory for the first time.
const warmUp = 2

// BenchmarkStep measures training steps on random tokens: forward pass with dropout, gradients,
// clipping and Adam. tok/s is the speed of the median step. peak% is the share of the cores'
// multiply-adds that it reaches, by the operations of [gpt1.Config.Operations]; the peak is
// measured before each step, because other work slows both.
func BenchmarkStep(b *testing.B) {
	for _, c := range []struct {
		preset string
		batch  int
	}{{"gpt1", 1}, {"gpt1", 4}, {"gpt1", 8}, {"mini", 8}, {"tiny", 16}} {
		b.Run(fmt.Sprintf("%s/B%d", c.preset, c.batch), func(b *testing.B) {
			step := newStep(b, c.preset, c.batch)
			for range warmUp {
				step.run(b)
			}
			b.ReportAllocs()
			var took []time.Duration
			var shares []float64
			operations := step.config.Operations(step.lm.B, step.lm.T)
			for b.Loop() {
				b.StopTimer()
				peak := graph.Peak(runtime.GOMAXPROCS(0), 20*time.Millisecond)
				b.StartTimer()
				start := time.Now()
				step.run(b)
				took = append(took, time.Since(start))
				shares = append(shares, operations/took[len(took)-1].Seconds()/peak)
			}
			slices.Sort(took)
			slices.Sort(shares)
			b.ReportMetric(float64(step.lm.B*step.lm.T)/took[len(took)/2].Seconds(), "tok/s")
			b.ReportMetric(100*shares[len(shares)/2], "peak%")
		})
	}
}

// step is a model in training.
type step struct {
	config gpt1.Config
	lm     *gpt1.LM
	opt    *optim.Optimizer
	random *rand.Rand
	window []int32
}

func newStep(b *testing.B, preset string, batch int) *step {
	require.NoError(b, simd.Err())
	c, err := gpt1.Preset(preset)
	require.NoError(b, err)
	m, err := gpt1.New(c)
	require.NoError(b, err)
	m.Init(1)
	adam := optim.Defaults()
	adam.Clip = 1
	opt, err := optim.New(m.Store, adam)
	require.NoError(b, err)
	lm, err := m.NewLM(new(graph.Arena), batch, c.NCtx, true)
	require.NoError(b, err)
	*lm.Count = float32(batch * c.NCtx)
	for i := range lm.Random.Seq {
		lm.Random.Seq[i] = int32(i)
	}
	return &step{
		config: c, lm: lm, opt: opt,
		random: rand.New(rand.NewPCG(1, 1)), window: make([]int32, c.NCtx+1),
	}
}

func (s *step) run(b *testing.B) {
	for i := range s.lm.B {
		for k := range s.window {
			s.window[k] = s.random.Int32N(int32(s.config.VocabSize))
		}
		s.lm.Fill(i, s.window)
	}
	*s.lm.Random.Step++
	_, err := s.lm.Run()
	require.NoError(b, err)
	require.NoError(b, s.opt.Step(2.5e-4))
}
