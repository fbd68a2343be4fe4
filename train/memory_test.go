package train_test

import (
	"context"
	"math"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"

	"gorgpt/gpt1"
	"gorgpt/internal/kernels"
	"gorgpt/loaders"
	"gorgpt/optim"
	"gorgpt/pretrain"
	"gorgpt/train"
)

// allocations returns the bytes and objects allocated per update: the least of three measurements,
// because a core that works for the first time beside others allocates what it packs matrices into.
func allocations(t *testing.T, c gpt1.Config, batch, updates int) (bytes, objects float64) {
	t.Helper()
	m, err := gpt1.New(c)
	require.NoError(t, err)
	m.Init(1)
	w, err := loaders.NewWindows(books(3, 20_000), c.NCtx, 1)
	require.NoError(t, err)
	opt, err := optim.New(m.Store, optim.Defaults())
	require.NoError(t, err)
	p := &pretrain.Task{Model: m, Windows: w, Ctx: c.NCtx, Batch: batch, Micro: 2, Seed: 4}
	defer p.Close()
	metrics, err := train.OpenMetrics(t.TempDir())
	require.NoError(t, err)
	defer func() { require.NoError(t, metrics.Close()) }()
	var before, after runtime.MemStats
	tr := train.Trainer{Task: p, Optimizer: opt, Schedule: optim.WarmupCosine{Peak: 1e-3, Warmup: 2, Total: 4 * updates}, Steps: updates, Observers: []train.Observer{metrics}}
	require.NoError(t, tr.Run(context.Background()))
	bytes, objects = math.Inf(1), math.Inf(1)
	for range 3 {
		tr.Steps += updates
		runtime.ReadMemStats(&before)
		require.NoError(t, tr.Run(context.Background()))
		runtime.ReadMemStats(&after)
		bytes = min(bytes, float64(after.TotalAlloc-before.TotalAlloc)/float64(updates))
		objects = min(objects, float64(after.Mallocs-before.Mallocs)/float64(updates))
	}
	return bytes, objects
}

// An update allocates only a few small slices for each node in Gorgonia's machine, and the line
// of metrics. A model of twice the width, whose tensors are two to four times as large, allocates
// the same.
func TestUpdatesAllocateNoTensors(t *testing.T) {
	narrow, wide := small, small
	wide.NEmbd *= 2
	bytes, objects := allocations(t, narrow, 4, 50)
	wideBytes, wideObjects := allocations(t, wide, 4, 50)
	require.InDelta(t, objects, wideObjects, 0.02*objects)
	require.InDelta(t, bytes, wideBytes, 0.02*bytes)
	require.Less(t, bytes, 40_000., "for two micro-batches")
}

// After the first updates, the heap does not grow, apart from what workers that come late pack matrices into.
func TestMemoryStaysFlat(t *testing.T) {
	updates := 1000
	if testing.Short() {
		updates = 200
	}
	p, opt := pretraining(t, 4, 3)
	tr := train.Trainer{Task: p, Optimizer: opt, Schedule: optim.WarmupCosine{Peak: 1e-3, Warmup: 2, Total: 4000}}
	heap := func(upto int) float64 {
		tr.Steps = upto
		require.NoError(t, tr.Run(context.Background()))
		var m runtime.MemStats
		runtime.GC()
		runtime.GC()
		runtime.ReadMemStats(&m)
		return float64(m.HeapAlloc) - float64(kernels.Scratch())
	}
	before, grown := heap(50), 0.0
	for try := range 3 {
		after := heap(50 + (try+1)*updates)
		if grown = after - before; grown < 32<<10 {
			return
		}
		before = after
	}
	t.Errorf("the heap has grown by %.0f bytes in each of three periods", grown)
}
