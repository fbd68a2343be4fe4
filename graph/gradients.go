package graph

import (
	"sync"

	"gorgpt/internal/kernels"
)

// gradients is a block of gradients apart from the store's, of one part of a batch. It is laid out
// like the store's.
type gradients struct {
	store *Store
	data  []float32
}

// keepApart gives the machines that are compiled in the arena from now on gradients of their own.
func (a *Arena) keepApart(s *Store) {
	if a.apart == nil || a.apart.store != s {
		a.apart = &gradients{s, alignedFloats(len(s.grads))}
	}
}

// gradientOf returns the memory that g adds the gradient of p to.
func (g *Graph) gradientOf(p *Param) []float32 {
	if g.apart == nil {
		return p.Grad
	}
	return g.apart.data[p.at : p.at+len(p.Grad) : p.at+len(p.Grad)]
}

// add moves the block into the store's gradients.
func (x *gradients) add() {
	x.store.guard.RLock() // no update meanwhile
	defer x.store.guard.RUnlock()
	x.store.guard.sum.Lock()
	defer x.store.guard.sum.Unlock()
	kernels.MoveInto(x.store.grads, x.data)
}

// turns lets goroutines act in the order of their numbers.
type turns struct {
	mu   sync.Mutex
	cond sync.Cond
	next int
}

func newTurns() *turns {
	t := &turns{}
	t.cond.L = &t.mu
	return t
}

// take waits for the turn of number n, calls f, and lets n+1 follow.
func (t *turns) take(n int, f func()) {
	t.mu.Lock()
	for t.next != n {
		t.cond.Wait()
	}
	t.mu.Unlock()
	f()
	t.mu.Lock()
	t.next++
	t.mu.Unlock()
	t.cond.Broadcast()
}
