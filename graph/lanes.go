package graph

import (
	"runtime"
	"sync"
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
// an error it begins no further part. Of several errors it returns that of the first part.
func (l *Lanes[K, V]) Each(n int, f func(part int, lane *ByShape[K, V]) error) error {
	return l.run(n, f, func(int, *ByShape[K, V], error) {})
}

// Accumulate is Each for parts that compute gradients of the store s, which has been prepared by
// Store.AllocateGradients. The gradients of the parts are added to the store's in the order of the
// parts. After an error, the store has those of some parts.
func (l *Lanes[K, V]) Accumulate(s *Store, n int, f func(part int, lane *ByShape[K, V]) error) error {
	if l.Wide {
		return l.Each(n, f)
	}
	order := newTurns()
	apart := func(part int, lane *ByShape[K, V]) error {
		lane.Arena.keepApart(s)
		return f(part, lane)
	}
	return l.run(n, apart, func(part int, lane *ByShape[K, V], err error) {
		order.take(part, func() {
			if err != nil {
				clear(lane.Arena.apart.data)
				return
			}
			lane.Arena.apart.add()
		})
	})
}

// run calls f for each part, and after it, when another part may already use the core, done.
func (l *Lanes[K, V]) run(n int, f func(int, *ByShape[K, V]) error, done func(int, *ByShape[K, V], error)) error {
	lanes, procs := MostLanes(n), runtime.GOMAXPROCS(0)
	if l.Limit > 0 {
		lanes = min(lanes, l.Limit)
	}
	if l.Wide {
		lanes = 1
	}
	work := &parts{n: n, failed: n}
	cores := make(chan struct{}, procs)
	loop := func() {
		lane := l.Take()
		defer l.Put(lane)
		for {
			cores <- struct{}{}
			part, ok := work.next()
			if !ok {
				<-cores
				return
			}
			err := f(part, lane)
			<-cores
			work.end(part, err)
			done(part, lane, err)
		}
	}
	var all sync.WaitGroup
	for range lanes - 1 {
		all.Go(loop)
	}
	loop()
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

func (p *parts) next() (int, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.begun == p.n || p.err != nil {
		return 0, false
	}
	p.begun++
	return p.begun - 1, true
}

func (p *parts) end(part int, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if err != nil && part < p.failed {
		p.failed, p.err = part, err
	}
}
