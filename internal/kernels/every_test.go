package kernels

import (
	"math"
	"runtime"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// bitsOf copies all results of all cases after one run of each.
func bitsOf(cases []kernelCase) map[string][][]float32 {
	results := map[string][][]float32{}
	for _, k := range cases {
		k.run()
		for _, out := range k.out {
			results[k.name] = append(results[k.name], clone(out))
		}
	}
	return results
}

func TestSameBitsOnAnyNumberOfCores(t *testing.T) {
	var want map[string][][]float32
	withProcs(t, func(procs int) {
		got := bitsOf(everyKernel())
		if want == nil {
			want = got
		}
		for name, out := range want {
			for i := range out {
				for j, w := range out[i] {
					if g := got[name][i][j]; g != w && (g == g || w == w) {
						t.Fatalf("%s: result %d at %d is %g on %d processors, %g on 1", name, i, j, g, procs, w)
					}
				}
			}
		}
	})
}

func TestConcurrentCallers(t *testing.T) {
	want := bitsOf(everyKernel())
	var wg sync.WaitGroup
	for range 3 {
		cases := everyKernel()
		wg.Go(func() {
			for name, out := range bitsOf(cases) {
				for i := range out {
					allClose(t, name, out[i], want[name][i], 0)
				}
			}
		})
	}
	wg.Wait()
}

func TestNoAllocation(t *testing.T) {
	if testing.Short() {
		t.Skip("the same on every processor, and slow on an emulated one")
	}
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(2))
	for _, k := range everyKernel() {
		for range 3 {
			k.run()
		}
		// AllocsPerRun itself sets GOMAXPROCS to 1: the serial path. The pool's
		// own path is measured by hand.
		assert.Zero(t, testing.AllocsPerRun(5, k.run), k.name)
		// A worker that does a slab of this kernel for the first time allocates its workspace.
		least := uint64(math.MaxUint64)
		for range 5 {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			for range 20 {
				k.run()
			}
			runtime.ReadMemStats(&after)
			least = min(least, after.Mallocs-before.Mallocs)
		}
		assert.Less(t, least, uint64(20), k.name)
	}
	f := func(int, int) {}
	assert.Zero(t, testing.AllocsPerRun(5, func() { Parallel(100, 1, f) }))
	require.Positive(t, pool.all, "the pool has run")
}
