package bench_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"gorgpt/bench"
	"gorgpt/gpt1"
	"gorgpt/graph"
	"gorgpt/internal/kernels"
	"gorgpt/internal/simd"
	"gorgpt/optim"
	"gorgpt/pretrain"
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
			operations := step.model.Operations(c.batch, step.model.NCtx)
			for b.Loop() {
				b.StopTimer()
				peak := kernels.Peak(runtime.GOMAXPROCS(0), 20*time.Millisecond)
				b.StartTimer()
				start := time.Now()
				step.run(b)
				took = append(took, time.Since(start))
				shares = append(shares, operations/took[len(took)-1].Seconds()/peak)
			}
			slices.Sort(took)
			slices.Sort(shares)
			b.ReportMetric(float64(c.batch*step.model.NCtx)/took[len(took)/2].Seconds(), "tok/s")
			b.ReportMetric(100*shares[len(shares)/2], "peak%")
		})
	}
}

// BenchmarkLanes measures training steps both ways: with the parts of the batch side by side, and one after the other with each
// product on all cores. [gpt1.Config.Wide] chooses between them by the size of the model.
func BenchmarkLanes(b *testing.B) {
	for _, c := range []struct {
		preset string
		batch  int
	}{{"tiny", 16}, {"mini", 8}, {"gpt1", 4}} {
		for _, way := range []string{"beside", "wide"} {
			b.Run(fmt.Sprintf("%s/B%d/%s", c.preset, c.batch, way), func(b *testing.B) {
				step := newStep(b, c.preset, c.batch)
				step.lanes.Wide = way == "wide"
				if step.lanes.Wide || c.preset == "gpt1" {
					step.micro = c.batch / 2
				}
				for range warmUp {
					step.run(b)
				}
				var took []time.Duration
				for b.Loop() {
					start := time.Now()
					step.run(b)
					took = append(took, time.Since(start))
				}
				b.ReportMetric(float64(c.batch*step.model.NCtx)/median(took).Seconds(), "tok/s")
			})
		}
	}
}

// step is a model in training. Its batch is computed in parts, as gorgpt train does.
type step struct {
	model        *gpt1.Model
	batch, micro int
	opt          *optim.Optimizer
	random       *rand.Rand
	windows      [][]int32
	number       int64
	lanes        graph.Lanes[int, *gpt1.LM]
}

func newStep(b *testing.B, preset string, batch int) *step {
	require.NoError(b, simd.Err())
	c, err := gpt1.Preset(preset)
	require.NoError(b, err)
	m, err := gpt1.New(c)
	require.NoError(b, err)
	m.Init(1)
	o, err := pretrain.Defaults(preset)
	require.NoError(b, err)
	adam := optim.Defaults()
	adam.Clip = 1
	opt, err := optim.New(m.Store, adam)
	require.NoError(b, err)
	s := &step{model: m, batch: batch, micro: min(batch, o.Micro), opt: opt, random: rand.New(rand.NewPCG(1, 1)), windows: make([][]int32, batch)}
	for i := range s.windows {
		s.windows[i] = make([]int32, c.NCtx+1)
	}
	s.lanes.Wide = c.Wide()
	return s
}

func (s *step) run(b *testing.B) {
	for _, w := range s.windows {
		for k := range w {
			w[k] = s.random.Int32N(int32(s.model.VocabSize))
		}
	}
	s.number++
	require.NoError(b, s.lanes.Accumulate(context.Background(), s.model.Store, (s.batch+s.micro-1)/s.micro, nil, s.part))
	require.NoError(b, s.opt.Step(2.5e-4))
}

// part computes the gradients of a part.
func (s *step) part(k int, lane *graph.ByShape[int, *gpt1.LM]) error {
	from, to := k*s.micro, min((k+1)*s.micro, s.batch)
	lm, err := lane.Get(to-from, func(arena *graph.Arena) (*gpt1.LM, error) {
		return s.model.NewLM(arena, to-from, s.model.NCtx, true)
	})
	if err != nil {
		return err
	}
	for i := range lm.B {
		lm.Fill(i, s.windows[from+i])
		lm.Random.Seq[i] = int32(from + i)
	}
	*lm.Random.Step, *lm.Count = s.number, float32(s.batch*s.model.NCtx)
	_, err = lm.Run()
	return err
}

// BenchmarkParts measures the parts of an update of a small model on one core, whatever the number of cores: the
// computation of one part, the addition of its gradients, and the optimizer. ×N is the speed of N cores computed from them.
func BenchmarkParts(b *testing.B) {
	for _, preset := range []string{"mini", "tiny"} {
		for _, batch := range []int{8, 16, 64} {
			b.Run(fmt.Sprintf("%s/B%d", preset, batch), func(b *testing.B) {
				defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
				s := newStep(b, preset, batch)
				var lane graph.ByShape[int, *gpt1.LM]
				apart := make([]float32, len(s.model.Store.Gradients()))
				var part, sum, serial []time.Duration
				once := func() {
					start := time.Now()
					require.NoError(b, s.part(0, &lane))
					computed := time.Now()
					kernels.MoveInto(s.model.Store.Gradients(), apart)
					summed := time.Now()
					require.NoError(b, s.opt.Step(2.5e-4))
					part, sum, serial = append(part, computed.Sub(start)), append(sum, summed.Sub(computed)), append(serial, time.Since(summed))
				}
				for range warmUp {
					once()
				}
				for b.Loop() {
					once()
				}
				u := bench.Update{
					Parts: (batch + s.micro - 1) / s.micro, Part: slices.Min(part).Seconds(), Sum: slices.Min(sum).Seconds(), Serial: slices.Min(serial).Seconds(),
				}
				b.ReportMetric(1e3*u.Part, "part-ms")
				b.ReportMetric(1e3*u.Sum, "sum-ms")
				b.ReportMetric(1e3*u.Serial, "serial-ms")
				for _, cores := range []int{2, 4, 8, 16, 64} {
					b.ReportMetric(u.Speedup(cores), fmt.Sprintf("×%d", cores))
				}
			})
		}
	}
}
