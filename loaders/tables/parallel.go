package tables

import (
	"runtime"
	"sync"

	"gorgpt/loaders"
)

// batchSize is how many records one goroutine takes at a time.
const batchSize = 256

// batch is some records on their way to rows.
type batch struct {
	records []record
	rows    []loaders.Row
	errs    []error
	done    chan struct{}
}

// parallel converts the records that next yields, on all cores, and yields the rows in
// order until yield is false. It returns the error of next.
func parallel(
	next func(yield func(record) bool) error, convert func(record) (loaders.Row, error), yield func(loaders.Row, error) bool,
) error {
	workers := runtime.GOMAXPROCS(0)
	work, inOrder := make(chan *batch), make(chan *batch, 4*workers)
	stop := make(chan struct{})
	var nextErr error
	var group sync.WaitGroup
	group.Go(func() {
		defer close(inOrder)
		defer close(work)
		nextErr = read(next, work, inOrder, stop)
	})
	for range workers {
		group.Go(func() {
			for b := range work {
				for i, r := range b.records {
					b.rows[i], b.errs[i] = convert(r)
				}
				close(b.done)
			}
		})
	}
	more := true
	for b := range inOrder {
		if !more {
			continue // the reader may be in the middle of a batch
		}
		<-b.done
		for i := 0; more && i < len(b.rows); i++ {
			more = yield(b.rows[i], b.errs[i])
		}
		if !more {
			close(stop)
		}
	}
	group.Wait()
	return nextErr
}

// read gathers records into batches, until stop is closed.
func read(next func(yield func(record) bool) error, work, inOrder chan<- *batch, stop <-chan struct{}) error {
	var records []record
	send := func() bool {
		b := &batch{records, make([]loaders.Row, len(records)), make([]error, len(records)), make(chan struct{})}
		records = nil
		select {
		case <-stop:
			return false
		case work <- b:
			inOrder <- b
			return true
		}
	}
	err := next(func(r record) bool {
		records = append(records, r)
		return len(records) < batchSize || send()
	})
	if len(records) > 0 {
		send()
	}
	return err
}
