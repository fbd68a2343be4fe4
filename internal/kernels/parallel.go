package kernels

import (
	"runtime"
	"sync"
	"sync/atomic"
	"time"
)

// task is one kernel call: its arguments, and a method for the part [lo,hi) of
// its work.
type task interface {
	slab(ws *workspace, lo, hi int)
}

// pool is the one set of workers that all kernels share. A call borrows idle ones.
var pool struct {
	mu   sync.Mutex
	idle []*worker
	all  int
}

// worker is a goroutine that waits for crews to help. Its workspace stays with it, and
// so in the caches of its core.
type worker struct {
	mail   atomic.Pointer[crew] // the crew to help; nil: none
	asleep atomic.Bool          // or about to be
	wake   chan struct{}
	ws     workspace
}

// crew is one call: its task, cut into slabs, and the workers that help with it.
type crew struct {
	task     task
	n, size  int          // elements, and elements of a slab
	next     atomic.Int32 // the first slab that nobody has begun
	left     atomic.Int32 // slabs that are not done
	workers  []*worker
	join     sync.WaitGroup      // workers that may still look at the crew
	panicked atomic.Pointer[any] // the value of the first panic
}

var crews freeList[crew]

// users counts the callers between Enter and Leave, and expected those that are about to come.
var users, expected atomic.Int32

// Enter says that the caller computes until it calls [Leave]. All who compute at once share the
// cores: with as many callers as cores, each computes on its own core only, which wakes nobody.
// Results do not depend on it.
func Enter() { users.Add(1) }

// Leave ends what [Enter] began.
func Leave() { users.Add(-1) }

// Expect says that n goroutines are about to enter, once or several times, so that the first of them
// leaves the cores to the others from the start. A negative n takes that back.
func Expect(n int) { expected.Add(int32(n)) }

// callers is the number of callers that share the cores.
func callers() int { return int(max(1, users.Load(), expected.Load())) }

// cores is the number of cores that a call may use.
func cores() int { return max(1, runtime.GOMAXPROCS(0)/callers()) }

// Parallel calls f on slabs that cover [0,n) and returns when all are done.
// Slab borders are multiples of grain, and there are at most GOMAXPROCS slabs,
// or fewer when several callers share the cores; see [Enter]. A panic of f is raised again in
// the caller.
func Parallel(n, grain int, f func(lo, hi int)) { split(n, grain, slabFunc(f)) }

type slabFunc func(lo, hi int)

func (f slabFunc) slab(_ *workspace, lo, hi int) { f(lo, hi) }

// split is [Parallel] for a task.
func split(n, grain int, t task) {
	if n <= 0 {
		return
	}
	grain = max(grain, 1)
	grains := (n + grain - 1) / grain
	ws := workspaces.get()
	defer workspaces.put(ws)
	slabs := min(grains, cores())
	if slabs == 1 {
		t.slab(ws, 0, n)
		return
	}
	c := crews.get()
	defer crews.put(c)
	c.borrow(slabs - 1)
	defer c.release()
	c.do(ws, n, ceilDiv(grains, len(c.workers)+1)*grain, t)
}

// borrow takes up to n workers that are idle or do not exist yet.
func (c *crew) borrow(n int) {
	pool.mu.Lock()
	defer pool.mu.Unlock()
	c.workers = c.workers[:0]
	for ; len(c.workers) < n && len(pool.idle) > 0; pool.idle = pool.idle[:len(pool.idle)-1] {
		c.workers = append(c.workers, pool.idle[len(pool.idle)-1])
	}
	for ; len(c.workers) < n && pool.all < runtime.GOMAXPROCS(0)-1; pool.all++ {
		w := &worker{wake: make(chan struct{}, 1)}
		c.workers = append(c.workers, w)
		go w.loop()
	}
}

// release gives the workers back.
func (c *crew) release() {
	c.task = nil // do not keep the caller's slices alive
	pool.mu.Lock()
	defer pool.mu.Unlock()
	pool.idle = append(pool.idle, c.workers...)
}

// do does all slabs with the help of the workers. Slabs of workers that come late, because their
// cores are asleep or busy with something else, are done by the caller.
func (c *crew) do(ws *workspace, n, size int, t task) {
	slabs := ceilDiv(n, size)
	c.task, c.n, c.size = t, n, size
	c.panicked.Store(nil)
	c.left.Store(int32(slabs))
	c.next.Store(0)
	c.join.Add(len(c.workers))
	for _, w := range c.workers {
		w.call(c)
	}
	c.work(ws)
	for _, w := range c.workers {
		if w.mail.CompareAndSwap(c, nil) { // it has not come, and need not any more
			c.join.Done()
		}
	}
	spin(func() bool { return c.left.Load() == 0 })
	c.join.Wait()
	if p := c.panicked.Load(); p != nil {
		panic(*p)
	}
}

// work does slabs as long as there are some that nobody has begun.
func (c *crew) work(ws *workspace) {
	for {
		lo := int(c.next.Add(1)-1) * c.size
		if lo >= c.n {
			return
		}
		c.slab(ws, lo, min(lo+c.size, c.n))
	}
}

func (c *crew) slab(ws *workspace, lo, hi int) {
	defer func() {
		if p := recover(); p != nil {
			first := p
			c.panicked.CompareAndSwap(nil, &first)
		}
		c.left.Add(-1)
	}()
	c.task.slab(ws, lo, hi)
}

// call asks the worker to help a crew.
func (w *worker) call(c *crew) {
	w.mail.Store(c)
	if w.asleep.Load() {
		select {
		case w.wake <- struct{}{}:
		default: // it is being woken already
		}
	}
}

// loop helps crews. Between two calls, a worker looks out for the next one for a while, because to
// sleep and be woken takes longer than many a product. It does not where others need the core.
func (w *worker) loop() {
	called := func() bool { return w.mail.Load() != nil }
	for {
		spin(func() bool { return called() || callers() > 1 })
		w.asleep.Store(true)
		if !called() {
			<-w.wake
		}
		w.asleep.Store(false)
		if c := w.mail.Swap(nil); c != nil {
			c.work(&w.ws)
			c.join.Done()
		}
	}
}

// patience is how long a goroutine spins before it sleeps.
const patience = 500 * time.Microsecond

// spin returns when done does, or after a while.
func spin(done func() bool) {
	for start := time.Now(); time.Since(start) < patience; {
		for range 64 {
			if done() {
				return
			}
		}
	}
}
