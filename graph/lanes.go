package graph

import (
	"context"
	"runtime"
	"sync"

	"gorgpt/internal/kernels"
)

// Lanes compute the parts of a batch side by side. A lane is what one goroutine needs for that:
// an arena, the graphs compiled in it, and for training gradients of its own. All lanes read one
// store. What a part computes does not depend on the lane, so results have the same bits for any
// number of lanes.
//
// Small models compute faster this way: waking a core for a part of each small product costs more
// than it saves. Large models have large products, and Wide lanes leave the cores to these.
//
// Lanes are safe for concurrent use, but their fields must not be changed meanwhile.
type Lanes[K comparable, V any] struct {
	Wide  bool // parts run one after the other and add to the store's gradients in place
	Limit int  // the most lanes of a call; 0: [MostLanes]

	mu   sync.Mutex
	free []*ByShape[K, V]
}

// MostLanes is the number of lanes that n parts can use: one for each core, and another one while
// a lane waits until the gradients of earlier parts have been added.
func MostLanes(n int) int {
	procs := runtime.GOMAXPROCS(0)
	if procs > 1 {
		procs++
	}
	return max(1, min(n, procs))
}

// Take returns a lane that nobody else uses until it is put back.
func (l *Lanes[K, V]) Take() *ByShape[K, V] {
	l.mu.Lock()
	defer l.mu.Unlock()
	n := len(l.free)
	if n == 0 {
		return new(ByShape[K, V])
	}
	lane := l.free[n-1]
	l.free = l.free[:n-1]
	return lane
}

// Put gives a lane back.
func (l *Lanes[K, V]) Put(lane *ByShape[K, V]) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.free = append(l.free, lane)
}

// Each calls f for the parts 0 to n−1, each with a lane, as many at once as there are cores. After
// an error, or when ctx ends, it begins no further part. Of several errors it returns that of the
// first part.
func (l *Lanes[K, V]) Each(ctx context.Context, n int, f func(part int, lane *ByShape[K, V]) error) error {
	return l.run(ctx, n, f, func(int, *ByShape[K, V], error) {})
}

// Accumulate is Each for parts that compute gradients of the store s, which has been prepared by
// Store.AllocateGradients. The gradients of the parts are added to the store's in the order of the
// parts. After an error, the store has those of some parts.
//
// last, if it is not nil, is called once nothing but a damaged value can stop the call any more:
// before the last part if the lanes are wide, and otherwise after all parts. If it fails,
// Accumulate returns its error.
func (l *Lanes[K, V]) Accumulate(ctx context.Context, s *Store, n int, last func() error, f func(part int, lane *ByShape[K, V]) error) error {
	if last == nil {
		last = func() error { return nil }
	}
	if l.Wide {
		return l.Each(ctx, n, func(part int, lane *ByShape[K, V]) error {
			if part == n-1 {
				if err := last(); err != nil {
					return err
				}
			}
			return f(part, lane)
		})
	}
	order := newTurns()
	err := l.run(ctx, n, func(part int, lane *ByShape[K, V]) error {
		lane.Arena.keepApart(s)
		return f(part, lane)
	}, func(part int, lane *ByShape[K, V], err error) {
		order.take(part, func() {
			switch apart := lane.Arena.apart; {
			case err == nil:
				apart.add()
			case apart != nil:
				clear(apart.data)
			}
		})
	})
	if err != nil {
		return err
	}
	if err := last(); err != nil {
		return err
	}
	s.allSummed()
	return nil
}

// run calls f for each part and then done, during which another part may already use the core.
func (l *Lanes[K, V]) run(ctx context.Context, n int, f func(int, *ByShape[K, V]) error, done func(int, *ByShape[K, V], error)) error {
	if n == 0 {
		return nil
	}
	lanes := MostLanes(n)
	switch {
	case l.Wide:
		lanes = 1
	case l.Limit > 0:
		lanes = min(lanes, l.Limit)
	}
	work := &parts{n: n, begun: lanes, failed: n}
	cores := make(chan struct{}, runtime.GOMAXPROCS(0))
	loop := func(part int) { // each lane has a first part, and so its graphs from the first call on
		lane := l.Take()
		defer l.Put(lane)
		for more := true; more; {
			cores <- struct{}{}
			err := ctx.Err()
			if err == nil {
				err = f(part, lane)
			}
			<-cores
			work.end(part, err)
			ended := part
			if part, more = work.next(); !more && lanes > 1 {
				kernels.Expect(-1)
			}
			done(ended, lane, err)
		}
	}
	var all sync.WaitGroup
	if lanes > 1 {
		kernels.Expect(lanes)
	}
	for i := range lanes - 1 {
		all.Go(func() { loop(i + 1) })
	}
	loop(0)
	all.Wait()
	return work.err
}

// parts hands out the numbers of parts in order.
type parts struct {
	mu       sync.Mutex
	n, begun int
	failed   int // the first part that failed; n: none
	err      error
}

// next begins a part, unless all have begun or something has failed.
func (p *parts) next() (part int, more bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.begun == p.n || p.err != nil {
		return 0, false
	}
	p.begun++
	return p.begun - 1, true
}

// end records the error of a part.
func (p *parts) end(part int, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if err != nil && part < p.failed {
		p.failed, p.err = part, err
	}
}
