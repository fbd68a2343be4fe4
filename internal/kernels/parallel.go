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

// worker is a goroutine that waits for slabs. Its workspace stays with it, and
// so in the caches of its core.
type worker struct {
	jobs chan job
	ws   workspace
}

type job struct {
	crew   *crew
	task   task
	lo, hi int
}

// crew is the workers of one call.
type crew struct {
	workers  []*worker
	left     atomic.Int32 // slabs that workers have not finished
	join     sync.WaitGroup
	panicked atomic.Pointer[any] // the value of the first panic
}

var crews freeList[crew]

// users counts the callers between Enter and Leave.
var users atomic.Int32

// Enter says that the caller computes until it calls [Leave]. All who compute at once share the
// cores: with as many callers as cores, each computes on its own core only, which wakes nobody.
// Results do not depend on it.
func Enter() { users.Add(1) }

// Leave ends what [Enter] began.
func Leave() { users.Add(-1) }

// cores is the number of cores that a call may use.
func cores() int { return max(1, runtime.GOMAXPROCS(0)/max(1, int(users.Load()))) }

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
	c.fork(ws, n, ceilDiv(grains, len(c.workers)+1)*grain, t)
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
		w := &worker{jobs: make(chan job, 1)}
		c.workers = append(c.workers, w)
		go w.loop()
	}
}

// release gives the workers back.
func (c *crew) release() {
	pool.mu.Lock()
	defer pool.mu.Unlock()
	pool.idle = append(pool.idle, c.workers...)
}

// fork hands all slabs but the first to the workers, does the first itself and waits.
func (c *crew) fork(ws *workspace, n, size int, t task) {
	c.panicked.Store(nil)
	used := min(len(c.workers), ceilDiv(n, size)-1)
	c.left.Store(int32(used))
	c.join.Add(used)
	for i, w := range c.workers[:used] {
		lo := (i + 1) * size
		w.jobs <- job{c, t, lo, min(lo+size, n)}
	}
	defer func() {
		spin(func() bool { return c.left.Load() == 0 })
		c.join.Wait()
		if p := c.panicked.Load(); p != nil {
			panic(*p)
		}
	}()
	t.slab(ws, 0, min(size, n))
}

// loop does slabs. Between two calls, a worker looks out for the next slab for a while, because to
// sleep and be woken takes longer than many a product. It does not where others need the core.
func (w *worker) loop() {
	for {
		spin(func() bool { return len(w.jobs) > 0 || users.Load() > 1 })
		w.do(<-w.jobs)
	}
}

// patience is how long a goroutine spins before it sleeps.
const patience = time.Millisecond

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

func (w *worker) do(j job) {
	defer func() {
		if p := recover(); p != nil {
			first := p
			j.crew.panicked.CompareAndSwap(nil, &first)
		}
		j.crew.left.Add(-1)
		j.crew.join.Done()
	}()
	j.task.slab(&w.ws, j.lo, j.hi)
}
