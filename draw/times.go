package draw

import (
	"fmt"
	"io"
	"time"
)

// Times are measured by running a graph.
type Times struct {
	Runs int
	Wall time.Duration // of all runs
}

// heat are the colours of shares of the time, from light to dark.
var heat = []struct {
	least float64
	fill  string
}{{0.10, "#d7301f"}, {0.03, "#fc8d59"}, {0.01, "#fdbb84"}, {0.003, "#fdd49e"}, {0, "#fff7ec"}}

func (t *Times) share(took time.Duration) float64 { return took.Seconds() / t.Wall.Seconds() }

func (t *Times) color(took time.Duration) string {
	for _, h := range heat {
		if t.share(took) >= h.least {
			return h.fill
		}
	}
	return heat[len(heat)-1].fill
}

// text is the time of one run and its share.
func (t *Times) text(took time.Duration) string {
	return fmt.Sprintf("%.3g ms, %.1f %%", 1e3*took.Seconds()/float64(t.Runs), 100*t.share(took))
}

func (t *Times) writeLegend(out io.Writer) {
	for i, h := range heat {
		label := fmt.Sprintf("%g %% of the time or more", 100*h.least)
		if h.least == 0 {
			label = "less"
		}
		fmt.Fprintf(out, "\t\tlegend_heat%d [label=%s, shape=box, style=filled, fillcolor=%s];\n", i, quote(label), quote(h.fill))
	}
	fmt.Fprintf(out, "\t\tlegend_runs [label=%s, shape=plaintext];\n",
		quote(fmt.Sprintf("%d runs of %.4g ms", t.Runs, 1e3*t.Wall.Seconds()/float64(t.Runs))))
}
