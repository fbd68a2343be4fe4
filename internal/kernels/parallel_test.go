package kernels

import (
	"runtime"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// withProcs runs f with each number of processors.
func withProcs(t *testing.T, f func(procs int)) {
	t.Helper()
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	for _, procs := range []int{1, 2, 3, 7} {
		runtime.GOMAXPROCS(procs)
		f(procs)
	}
}

func TestParallelCoversOnce(t *testing.T) {
	withProcs(t, func(procs int) {
		for _, n := range []int{0, 1, 2, 5, 63, 64, 65, 1000} {
			for _, grain := range []int{0, 1, 4, 64, 5000} {
				hits := make([]int32, n)
				var slabs atomic.Int32
				Parallel(n, grain, func(lo, hi int) {
					slabs.Add(1)
					if lo%max(grain, 1) != 0 {
						t.Errorf("slab starts at %d with grain %d", lo, grain)
					}
					for i := lo; i < hi; i++ {
						atomic.AddInt32(&hits[i], 1)
					}
				})
				for i, h := range hits {
					require.EqualValues(t, 1, h, "n %d grain %d element %d", n, grain, i)
				}
				require.LessOrEqual(t, int(slabs.Load()), procs)
			}
		}
	})
}

func TestParallelNestedAndConcurrent(t *testing.T) {
	var sum atomic.Int64
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			Parallel(10, 1, func(lo, hi int) {
				for range hi - lo {
					Parallel(10, 1, func(lo, hi int) { sum.Add(int64(hi - lo)) })
				}
			})
		})
	}
	wg.Wait()
	assert.EqualValues(t, 8*10*10, sum.Load())
}

func TestParallelPanicReachesCaller(t *testing.T) {
	withProcs(t, func(int) {
		for _, bad := range []int{0, 99} {
			assert.PanicsWithValue(t, "broken", func() {
				Parallel(100, 1, func(lo, hi int) {
					if lo <= bad && bad < hi {
						panic("broken")
					}
				})
			})
		}
		ran := false
		Parallel(1, 1, func(int, int) { ran = true })
		assert.True(t, ran, "the pool still works")
	})
}
