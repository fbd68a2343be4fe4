package dist

import (
	"encoding/json"
	"fmt"
	"runtime"
	"slices"
	"strings"

	"github.com/pkg/errors"
)

// Group is the ranks of a job, one of which is this process. A nil Group is a process on its
// own, which waits for no other.
type Group struct {
	comm Comm
	at   []place // of each rank
}

// place is where a rank runs.
type place struct {
	Host  string
	Cores int // GOMAXPROCS of the rank
}

// NewGroup returns the group of a transport. host is the name of the host of this rank; the ranks
// exchange these names.
func NewGroup(c Comm, host string) (*Group, error) {
	g := &Group{comm: c}
	mine, err := json.Marshal(place{host, runtime.GOMAXPROCS(0)})
	if err != nil {
		return nil, errors.Wrap(err, "encoding the host of this rank")
	}
	all, err := g.Gather(mine)
	if err != nil {
		return nil, err
	}
	g.at = make([]place, len(all))
	for i, data := range all {
		if err := json.Unmarshal(data, &g.at[i]); err != nil {
			return nil, errors.Wrapf(err, "reading the host of rank %d", i)
		}
	}
	return g, nil
}

// Rank is the number of this process, from 0 on.
func (g *Group) Rank() int {
	if g == nil {
		return 0
	}
	return g.comm.Rank()
}

// Size is the number of ranks.
func (g *Group) Size() int {
	if g == nil {
		return 1
	}
	return g.comm.Size()
}

// First reports whether this is rank 0, which alone writes files and reports progress.
func (g *Group) First() bool { return g.Rank() == 0 }

// alone reports whether this is the only rank.
func (g *Group) alone() bool { return g.Size() == 1 }

// Share returns the part [from, to) of n items that belongs to this rank. Shares are in the order of
// the ranks and differ by at most one item.
func (g *Group) Share(n int) (from, to int) {
	return g.Rank() * n / g.Size(), (g.Rank() + 1) * n / g.Size()
}

// Mine reports whether item i falls to this rank where items are dealt out in turn.
func (g *Group) Mine(i int) bool { return i%g.Size() == g.Rank() }

// Neighbours is the number of ranks on this host, including this one.
func (g *Group) Neighbours() int {
	if g == nil {
		return 1
	}
	n, here := 0, g.at[g.Rank()].Host
	for _, p := range g.at {
		if p.Host == here {
			n++
		}
	}
	return n
}

// Name names this rank in messages.
func (g *Group) Name() string { return g.name(g.Rank()) }

func (g *Group) name(rank int) string {
	return fmt.Sprintf("rank %d of %d on %s", rank, g.Size(), g.at[rank].Host)
}

// String gives the number of ranks and their hosts; it is empty for a single process.
func (g *Group) String() string {
	if g.alone() {
		return ""
	}
	var hosts []string
	ranks, cores := map[string]int{}, map[string]int{}
	for _, p := range g.at {
		if ranks[p.Host]++; !slices.Contains(hosts, p.Host) {
			hosts = append(hosts, p.Host)
		}
		cores[p.Host] = max(cores[p.Host], p.Cores)
	}
	const most = 8
	texts := make([]string, 0, most)
	for _, host := range hosts[:min(len(hosts), most)] {
		texts = append(texts, fmt.Sprintf("%d on %s (GOMAXPROCS %d)", ranks[host], host, cores[host]))
	}
	if len(hosts) > most {
		texts = append(texts, "…")
	}
	return fmt.Sprintf("%d ranks: %s", g.Size(), strings.Join(texts, ", "))
}

// Abort ends the processes of all ranks, this one with the status. It returns only
// if this is the only rank.
func (g *Group) Abort(status int) {
	if !g.alone() {
		g.comm.Abort(status)
	}
}

// Close leaves the group. It waits until the other ranks do the same.
func (g *Group) Close() error {
	if g == nil {
		return nil
	}
	return g.comm.Close()
}
