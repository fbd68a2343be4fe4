package parallel

import (
	"iter"
	"sync"
)

// InOrder calls f with each item, in as many goroutines as there are workers, and yields the
// results in the order of the items. At most ahead+1 items are in work or wait for their turn. The
// first error, of the items or of f, is the last result. All goroutines have ended when the
// sequence ends.
func InOrder[A, B any](items iter.Seq2[A, error], workers, ahead int, f func(A) (B, error)) iter.Seq2[B, error] {
	type result struct {
		value B
		err   error
	}
	return func(yield func(B, error) bool) {
		queue, busy := make(chan chan result, ahead), make(chan struct{}, workers)
		done := make(chan struct{})
		var all sync.WaitGroup
		defer all.Wait()
		defer close(done)
		all.Go(func() {
			defer close(queue)
			for item, err := range items {
				slot := make(chan result, 1)
				select {
				case queue <- slot:
				case <-done:
					return
				}
				if err != nil {
					slot <- result{err: err}
					return
				}
				select {
				case busy <- struct{}{}:
				case <-done:
					return
				}
				all.Go(func() {
					defer func() { <-busy }()
					value, err := f(item)
					slot <- result{value, err}
				})
			}
		})
		for slot := range queue {
			if r := <-slot; !yield(r.value, r.err) || r.err != nil {
				return
			}
		}
	}
}
