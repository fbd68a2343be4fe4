// Package disttest runs ranks as goroutines of one process, to test distributed code without Open
// MPI. Start reading at [Run].
package disttest

import (
	"sync"
	"testing"

	"github.com/pkg/errors"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"gorgpt/dist"
)

// Run calls f as each of n ranks of one host and waits for all of them. f must use assert, not
// require, because it does not run on the goroutine of the test. An error of f fails the test.
func Run(t testing.TB, n int, f func(g *dist.Group) error) {
	t.Helper()
	RunOn(t, make([]string, n), f)
}

// RunOn is Run for ranks on hosts of these names.
func RunOn(t testing.TB, hosts []string, f func(g *dist.Group) error) {
	t.Helper()
	for rank, err := range errorsOn(hosts, f) {
		assert.NoError(t, err, "rank %d", rank)
	}
	require.False(t, t.Failed())
}

// ErrEnded is the error of a rank that waits for others when one of them has ended the job.
var ErrEnded = errors.New("another rank has ended the job")

// Errors calls f as each of n ranks of one host and returns their errors. The first error ends the
// job, as in a command: no rank waits for the failed one.
func Errors(n int, f func(g *dist.Group) error) []error { return errorsOn(make([]string, n), f) }

func errorsOn(hosts []string, f func(g *dist.Group) error) []error {
	n := len(hosts)
	h := newHall(n)
	var all sync.WaitGroup
	errs := make([]error, n)
	for rank := range n {
		all.Go(func() {
			c := &comm{h, rank}
			g, err := dist.NewGroup(c, hosts[rank])
			if err == nil {
				err = f(g)
			}
			if errs[rank] = err; err != nil {
				c.Abort(1)
			}
		})
	}
	all.Wait()
	return errs
}

// hall is where ranks meet.
type hall struct {
	mu    sync.Mutex
	all   *sync.Cond
	here  int   // ranks that wait
	round int   // meetings so far
	left  []any // what each rank has brought
	found []any // of the last meeting
	mail  [][]chan []byte
	ended chan struct{} // closed when the job has ended
	over  bool          // the same
}

func newHall(n int) *hall {
	h := &hall{left: make([]any, n), mail: make([][]chan []byte, n), ended: make(chan struct{})}
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
func (h *hall) meet(rank int, brought any) ([]any, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.over {
		return nil, ErrEnded
	}
	h.left[rank] = brought
	h.here++
	if round := h.round; h.here < len(h.left) {
		for h.round == round && !h.over {
			h.all.Wait()
		}
		if h.round == round {
			return nil, ErrEnded
		}
	} else {
		h.here, h.found = 0, append([]any(nil), h.left...)
		h.round++
		h.all.Broadcast()
	}
	return h.found, nil // the next meeting cannot end before this rank comes to it
}

// end ends the job.
func (h *hall) end() {
	h.mu.Lock()
	defer h.mu.Unlock()
	if !h.over {
		h.over = true
		close(h.ended)
		h.all.Broadcast()
	}
}

// comm is one rank.
type comm struct {
	*hall
	rank int
}

func (c *comm) Rank() int { return c.rank }
func (c *comm) Size() int { return len(c.left) }

func (c *comm) SumFloat32(x []float32) error { return sum(c, x) }
func (c *comm) SumFloat64(x []float64) error { return sum(c, x) }

// sum adds the values in the order of the ranks.
func sum[F float32 | float64](c *comm, x []F) error {
	all, err := c.meet(c.rank, append([]F(nil), x...))
	if err != nil {
		return err
	}
	clear(x)
	for _, part := range all {
		for i, v := range part.([]F) {
			x[i] += v
		}
	}
	return c.Barrier()
}

func (c *comm) Broadcast(data []byte, root int) error {
	all, err := c.meet(c.rank, data)
	if err != nil {
		return err
	}
	if c.rank != root {
		copy(data, all[root].([]byte))
	}
	return c.Barrier() // before root changes its data
}

func (c *comm) Barrier() error {
	_, err := c.meet(c.rank, nil)
	return err
}

func (c *comm) Send(data []byte, to int) error {
	select {
	case c.mail[c.rank][to] <- append([]byte(nil), data...):
		return nil
	case <-c.ended:
		return ErrEnded
	}
}

func (c *comm) Receive(from int) ([]byte, error) {
	select {
	case data := <-c.mail[from][c.rank]:
		return data, nil
	case <-c.ended:
		return nil, ErrEnded
	}
}

// Abort ends the job, but not the goroutine.
func (c *comm) Abort(int) { c.end() }

func (c *comm) Close() error { return c.Barrier() }
