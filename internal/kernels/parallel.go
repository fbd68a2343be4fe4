package kernels

import (
	"runtime"
	"sync"
)

// task is one kernel call: its arguments, and a method for the part [lo,hi) of
// its work.
type task interface {
	slab(ws *workspace, lo, hi int)
}

// pool is the one set of workers that all kernels share. Whoever holds mu owns
// the workers and acts as the first of them.
var pool struct {
	mu      sync.Mutex
	workers []*worker
	ws      workspace
	join    sync.WaitGroup
}

// worker is a goroutine that waits for slabs. Its workspace stays with it, and
// so in the caches of its core.
type worker struct {
	jobs     chan job
	panicked any
	ws       workspace
}

type job struct {
	task   task
	lo, hi int
}

// Parallel calls f on slabs that cover [0,n) and returns when all are done.
// Slab borders are multiples of grain, and there are at most GOMAXPROCS slabs.
// When the workers are busy, as in a nested or concurrent call, f runs once on
// all of [0,n). A panic of f is raised again in the caller.
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
	slabs := min(grains, runtime.GOMAXPROCS(0))
	if slabs > 1 && pool.mu.TryLock() {
		defer pool.mu.Unlock()
		fork(n, (grains+slabs-1)/slabs*grain, t)
		return
	}
	ws := workspaces.get()
	defer workspaces.put(ws)
	t.slab(ws, 0, n)
}

// fork hands all slabs but the first to workers, does the first itself and
// waits. The caller holds pool.mu.
func fork(n, size int, t task) {
	used := (n+size-1)/size - 1
	for len(pool.workers) < used {
		w := &worker{jobs: make(chan job, 1)}
		pool.workers = append(pool.workers, w)
		go w.loop()
	}
	pool.join.Add(used)
	for i, w := range pool.workers[:used] {
		lo := (i + 1) * size
		w.jobs <- job{t, lo, min(lo+size, n)}
	}
	defer func() {
		pool.join.Wait()
		for _, w := range pool.workers[:used] {
			if p := w.panicked; p != nil {
				w.panicked = nil
				panic(p)
			}
		}
	}()
	t.slab(&pool.ws, 0, size)
}

func (w *worker) loop() {
	for j := range w.jobs {
		w.do(j)
	}
}

func (w *worker) do(j job) {
	defer func() {
		w.panicked = recover()
		pool.join.Done()
	}()
	j.task.slab(&w.ws, j.lo, j.hi)
}
