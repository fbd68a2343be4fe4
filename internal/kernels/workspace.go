package kernels

import "sync"

// workspace is the scratch memory of one worker. Buffers grow to the largest
// size asked for and are then kept.
type workspace struct {
	packA, packB, edge, tile []float32 // GEMM: copies of A and B, edge rows of A, edge tiles of C
	scores, grads            []float32 // attention blocks [block T]
	softmax                  []float32 // a row of attention weights before dropout
	sums                     []float32 // partial sums of a reduction
	squares                  []float64
}

// bytes is the size of the buffers.
func (ws *workspace) bytes() int {
	n := 8 * cap(ws.squares)
	for _, b := range [][]float32{ws.packA, ws.packB, ws.edge, ws.tile, ws.scores, ws.grads, ws.softmax, ws.sums} {
		n += 4 * cap(b)
	}
	return n
}

// Scratch is the number of bytes that workers keep for later calls. It grows until each has had the largest job, which on a
// busy machine may be late. Calls that run at the same time are not counted.
func Scratch() int {
	n := 0
	workspaces.mu.Lock()
	for _, ws := range workspaces.free {
		n += ws.bytes()
	}
	workspaces.mu.Unlock()
	pool.mu.Lock()
	defer pool.mu.Unlock()
	for _, w := range pool.idle {
		n += w.ws.bytes()
	}
	return n
}

// grow returns *buf with length n, replacing it by a larger one when it is too
// short. Its content is undefined.
func grow[E any](buf *[]E, n int) []E {
	if cap(*buf) < n {
		*buf = make([]E, n)
	}
	return (*buf)[:n]
}

// freeList keeps objects between calls. Unlike a sync.Pool it never forgets, so
// that steady state allocates nothing.
type freeList[T any] struct {
	mu   sync.Mutex
	free []*T
}

func (l *freeList[T]) get() *T {
	l.mu.Lock()
	defer l.mu.Unlock()
	if n := len(l.free); n > 0 {
		x := l.free[n-1]
		l.free = l.free[:n-1]
		return x
	}
	return new(T)
}

func (l *freeList[T]) put(x *T) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.free = append(l.free, x)
}

// workspaces serves work that runs outside the pool: serial calls, and partial
// sums that several workers share.
var workspaces freeList[workspace]

// calls runs tasks of type T. A closure handed to another goroutine is
// allocated anew in each call; the argument struct kept here is not.
type calls[T any, P interface {
	*T
	task
}] struct {
	list freeList[T]
}

// run splits [0,n) over the workers, each slab doing args.slab.
func (c *calls[T, P]) run(n, grain int, args T) {
	p := c.list.get()
	*p = args
	defer func() {
		var none T
		*p = none // do not keep the caller's slices alive
		c.list.put(p)
	}()
	split(n, grain, P(p))
}
