package graph

import (
	"cmp"
	"slices"
	"sync"
	"sync/atomic"
)

// guard orders the runs of machines over one store. Runs that only read its values may
// overlap. A run that adds to gradients or updates parameters excludes all others.
type guard struct {
	sync.RWMutex
	number  uint64        // the order in which a machine locks several stores
	updates atomic.Uint64 // runs that have changed the values
	sum     sync.Mutex    // held while gradients that were computed apart are added
}

var guards atomic.Uint64

// Updates counts the updates of the values so far. If it has changed between two runs, they
// saw different weights.
func (s *Store) Updates() uint64 { return s.guard.updates.Load() }

// uses notes that g binds tensors of a store.
func (g *Graph) uses(s *Store) {
	if s == nil {
		return
	}
	if !slices.Contains(g.stores, s) {
		g.stores = append(g.stores, s)
		g.layouts[s] = s.layout
		slices.SortFunc(g.stores, func(a, b *Store) int { return cmp.Compare(a.guard.number, b.guard.number) })
	}
}

// excludes reports whether a run writes to the stores.
func (g *Graph) excludes() bool { return g.writes || g.adds && g.apart == nil }

// lock waits until the stores may be used.
func (g *Graph) lock() {
	for _, s := range g.stores {
		if g.excludes() {
			s.guard.Lock()
		} else {
			s.guard.RLock()
		}
	}
}

func (g *Graph) unlock() {
	for _, s := range g.stores {
		if g.excludes() {
			s.guard.Unlock()
		} else {
			s.guard.RUnlock()
		}
	}
}
