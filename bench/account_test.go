package bench_test

import (
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"gorgpt/gpt1"
	"gorgpt/graph"
	"gorgpt/internal/kernels"
)

// BenchmarkAccount lists where the time of a training step of gpt1 with one sequence goes: for each kind of operation the
// milliseconds of a step, and for the products their share of the peak.
func BenchmarkAccount(b *testing.B) {
	s := newStep(b, "gpt1", 1)
	var lane graph.ByShape[int, *gpt1.LM]
	step := func() (gradients, update time.Duration) {
		start := time.Now()
		require.NoError(b, s.part(0, &lane))
		gradients = time.Since(start)
		require.NoError(b, s.opt.Step(2.5e-4))
		return gradients, time.Since(start) - gradients
	}
	for range warmUp {
		step()
	}
	lm, err := lane.Get(1, nil)
	require.NoError(b, err)
	lm.Graph.Time()
	var peak, steps float64
	var gradients, update time.Duration
	for b.Loop() {
		peak += kernels.Peak(runtime.GOMAXPROCS(0), 20*time.Millisecond)
		steps++
		g, u := step()
		gradients, update = gradients+g, update+u
	}
	nodes, err := lm.Graph.Nodes()
	require.NoError(b, err)
	took, operations, rest := map[string]time.Duration{}, map[string]float64{}, gradients
	for _, x := range nodes {
		if x.Calls > 0 {
			k := accountOf(x)
			took[k] += x.Time
			operations[k] += float64(x.FLOPs)
			rest -= x.Time
		}
	}
	took["update"], took["outside"] = update, rest
	for k, t := range took {
		b.ReportMetric(t.Seconds()/steps*1e3, k+"-ms")
		if operations[k] > 1e9 {
			b.ReportMetric(100*operations[k]*steps/t.Seconds()/(peak/steps), k+"-peak%")
		}
	}
	b.ReportMetric(0, "ns/op") // it would include the peak
}

// accountOf is the line of the account that a node belongs to.
func accountOf(x graph.Info) string {
	name := x.Name
	if i := strings.LastIndexByte(name, '.'); i >= 0 {
		name = name[i+1:]
	}
	switch {
	case strings.Contains(x.Name, "logits"):
		if name == "dx" || name == "dw" {
			return "logits." + name
		}
		return "logits"
	case x.Kind == "linear":
		return "linear"
	case strings.Contains(x.Name, "linear"):
		return "linear." + name
	}
	return strings.ReplaceAll(x.Kind, " ", "_")
}
