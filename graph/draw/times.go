package draw

import (
	"fmt"
	"time"

	"gorgpt/graph"
)

// Times are measured by running a graph.
type Times struct {
	Runs int
	wall time.Duration // of all runs
}

// heat are the colours of shares of the time, from dark to light, and of the text on them.
var heat = []struct {
	least      float64
	fill, font string
}{{0.10, "#b30000", "white"}, {0.03, "#fc8d59", "black"}, {0.01, "#fdbb84", "black"}, {0.003, "#fdd49e", "black"}, {0, "#fff7ec", "black"}}

// Share is the share of the time of the runs that was spent in the nodes.
func (t *Times) Share(nodes []graph.Info) float64 { return t.share(total(nodes)) }

func (t *Times) share(took time.Duration) float64 { return took.Seconds() / t.wall.Seconds() }

func (t *Times) color(took time.Duration) (fill, font string) {
	for _, h := range heat {
		if t.share(took) >= h.least {
			return h.fill, h.font
		}
	}
	last := heat[len(heat)-1]
	return last.fill, last.font
}

// text is the time of one run and its share.
func (t *Times) text(took time.Duration) string {
	return fmt.Sprintf("%.3g ms, %.1f %%", 1e3*took.Seconds()/float64(t.Runs), 100*t.share(took))
}

// heatLabel is the share of the time that a colour represents.
func heatLabel(i int) string {
	if heat[i].least == 0 {
		return "less"
	}
	return fmt.Sprintf("%g %% of the time or more", 100*heat[i].least)
}

// runs is the number of runs and the time of each.
func (t *Times) runs() string {
	return fmt.Sprintf("%d runs of %.4g ms", t.Runs, 1e3*t.wall.Seconds()/float64(t.Runs))
}
