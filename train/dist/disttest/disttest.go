// Package disttest has ranks that are goroutines of one process, for tests of what is divided
// among ranks where there is no Open MPI. Start reading at [Run].
package disttest

import (
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"gorgpt/train/dist"
)

// Run calls f as each of n ranks of one host and waits for all of them. What f requires must be
// checked with assert, as it does not run on the goroutine of the test; its error fails the
// test.
func Run(t testing.TB, n int, f func(g *dist.Group) error) {
	t.Helper()
	RunOn(t, make([]string, n), f)
}

// RunOn is Run for ranks on hosts of these names.
func RunOn(t testing.TB, hosts []string, f func(g *dist.Group) error) {
	t.Helper()
	n := len(hosts)
	h := newHall(n)
	var all sync.WaitGroup
	errs := make([]error, n)
	for rank := range n {
		all.Go(func() {
			g, err := dist.NewGroup(&comm{h, rank}, hosts[rank])
			if err == nil {
				err = f(g)
			}
			errs[rank] = err
		})
	}
	all.Wait()
	for rank, err := range errs {
		assert.NoError(t, err, "rank %d", rank)
	}
	require.False(t, t.Failed())
}

// hall is where ranks meet.
type hall struct {
	mu    sync.Mutex
	all   *sync.Cond
	here  int   // ranks that wait
	round int   // meetings so far
	left  []any // what each has brought along
	found []any // of the last meeting
	mail  [][]chan []byte
}

func newHall(n int) *hall {
	h := &hall{left: make([]any, n), mail: make([][]chan []byte, n)}
	h.all = sync.NewCond(&h.mu)
	for from := range h.mail {
		h.mail[from] = make([]chan []byte, n)
		for to := range n {
			h.mail[from][to] = make(chan []byte)
		}
	}
	return h
}

// meet waits until all ranks are there, and returns what they have brought.
func (h *hall) meet(rank int, brought any) []any {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.left[rank] = brought
	h.here++
	if round := h.round; h.here < len(h.left) {
		for h.round == round {
			h.all.Wait()
		}
	} else {
		h.here, h.found = 0, append([]any(nil), h.left...)
		h.round++
		h.all.Broadcast()
	}
	return h.found // the next meeting cannot end before this rank comes to it
}

// comm is one rank.
type comm struct {
	*hall
	rank int
}

func (c *comm) Rank() int { return c.rank }
func (c *comm) Size() int { return len(c.left) }

func (c *comm) SumFloat32(x []float32) error { sum(c, x); return nil }
func (c *comm) SumFloat64(x []float64) error { sum(c, x); return nil }

// sum adds up in the order of the ranks.
func sum[F float32 | float64](c *comm, x []F) {
	all := c.meet(c.rank, append([]F(nil), x...))
	clear(x)
	for _, part := range all {
		for i, v := range part.([]F) {
			x[i] += v
		}
	}
	c.meet(c.rank, nil)
}

func (c *comm) Broadcast(data []byte, root int) error {
	all := c.meet(c.rank, data)
	if c.rank != root {
		copy(data, all[root].([]byte))
	}
	c.meet(c.rank, nil) // before root changes its data
	return nil
}

func (c *comm) Barrier() error { c.meet(c.rank, nil); return nil }

func (c *comm) Send(data []byte, to int) error {
	c.mail[c.rank][to] <- append([]byte(nil), data...)
	return nil
}

func (c *comm) Receive(from int) ([]byte, error) { return <-c.mail[from][c.rank], nil }

func (c *comm) Abort(int) { panic("a rank has aborted") }

func (c *comm) Close() error { return c.Barrier() }
