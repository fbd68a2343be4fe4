package draw

import (
	"context"
	"encoding/csv"
	"io"
	"strconv"
	"strings"
	"time"

	"gorgpt/graph"
)

// Measure runs a graph several times, after one run that is not counted, and measures the time
// of each node.
func Measure(ctx context.Context, s Subject, runs int) (_ *Times, err error) {
	m, err := s.Graph.Compile(new(graph.Arena))
	if err != nil {
		return nil, err
	}
	defer func() {
		if closeErr := m.Close(); err == nil {
			err = closeErr
		}
	}()
	t := &Times{Runs: runs}
	for i := range runs + 1 {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if s.Fill != nil {
			s.Fill()
		}
		if i == 1 { // the first run touches its memory for the first time
			s.Graph.Time()
		}
		from := time.Now()
		if err := m.Run(); err != nil {
			return nil, err
		}
		if i > 0 {
			t.wall += time.Since(from)
		}
	}
	return t, nil
}

// Milliseconds is the time of a run.
func (t *Times) Milliseconds() float64 { return 1e3 * t.wall.Seconds() / float64(t.Runs) }

// total is the time that all nodes took.
func total(nodes []graph.Info) time.Duration {
	sum := time.Duration(0)
	for _, x := range nodes {
		sum += x.Time
	}
	return sum
}

// Rates are how fast a node was. Rates are safe for concurrent use.
type Rates struct {
	GFLOPs float64 `json:"gflop_s"` // thousand millions of floating-point operations a second
	GB     float64 `json:"gb_s"`    // thousand millions of bytes a second, read and written
}

func ratesOf(x graph.Info) Rates {
	ns := 1e6 * milliseconds(x)
	return Rates{float64(x.FLOPs*x.Calls) / ns, float64((x.Read+x.Written)*x.Calls) / ns}
}

// milliseconds is the time of all calls of a node.
func milliseconds(x graph.Info) float64 { return float64(max(x.Time.Nanoseconds(), 1)) / 1e6 }

// WriteCSV writes a line for each node: the sum of its calls, its share of the time and its
// rates. The last line is the time between nodes.
func (t *Times) WriteCSV(w io.Writer, nodes []graph.Info) error {
	out := csv.NewWriter(w)
	number := func(x float64, digits int) string { return strconv.FormatFloat(x, 'f', digits, 64) }
	_ = out.Write([]string{"node", "scope", "kind", "calls", "ms", "share", "GFLOP/s", "GB/s"}) // see out.Error
	for _, x := range nodes {
		if x.Calls == 0 {
			continue
		}
		r := ratesOf(x)
		_ = out.Write([]string{
			x.Name, strings.Join(x.Scope, "."), x.Kind, strconv.Itoa(x.Calls), number(milliseconds(x), 4), number(t.share(x.Time), 6),
			number(r.GFLOPs, 3), number(r.GB, 3),
		})
	}
	rest := t.wall - total(nodes)
	_ = out.Write([]string{"between nodes", "", "", strconv.Itoa(t.Runs), number(1e3*rest.Seconds(), 4), number(t.share(rest), 6), "", ""})
	out.Flush()
	return out.Error()
}
