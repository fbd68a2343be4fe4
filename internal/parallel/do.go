package parallel

import (
	"runtime"
	"sync"
	"sync/atomic"
)

// Do calls f with 0 to n-1, on all cores, and returns when all calls have returned. Errors do
// not stop it; of several, it returns the one of the smallest number.
func Do(n int, f func(i int) error) error {
	var next atomic.Int64
	errs := make([]error, n)
	var workers sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), n) {
		workers.Go(func() {
			for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
				errs[i] = f(i)
			}
		})
	}
	workers.Wait()
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
