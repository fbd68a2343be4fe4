package train

import (
	"fmt"
	"io"
	"time"

	"gorgpt/graph"
)

// Forecast is what -dry-run tells.
// A Forecast is safe for concurrent use as long as nothing changes it.
type Forecast struct {
	Parameters int
	Steps      int
	Tokens     int     // an update
	Operations float64 // an update, of a rank
	Memory     Memory
}

// efficiency is what share of the speed of large matrix products whole updates reach.
const efficiency = 0.75

// Print writes the forecast; it measures the speed of the machine for it.
func (f Forecast) Print(w io.Writer) {
	each := f.Operations / (efficiency * graph.Speed())
	fmt.Fprintf(w, "%d parameters; %d updates of %d tokens\n", f.Parameters, f.Steps, f.Tokens)
	f.Memory.Print(w)
	fmt.Fprintf(w, "  %-20s %10s\n", "a checkpoint on disk", megabytes(f.Memory.Parameters+f.Memory.Moments))
	fmt.Fprintf(w, "about %s an update, %s in all, evaluations not counted\n", seconds(each), seconds(each*float64(f.Steps)))
	fmt.Fprintln(w, "-dry-run, so nothing is trained")
}

// centuries is in seconds, and less than the longest [time.Duration].
const centuries = 200 * year

const year = 365.25 * 24 * 60 * 60

// years writes a time that no [time.Duration] holds.
func years(s float64) string { return fmt.Sprintf("%.3g years", s/year) }

// seconds is a time of two or three digits.
func seconds(s float64) string {
	if s >= centuries {
		return years(s)
	}
	d := time.Duration(s * float64(time.Second))
	for _, unit := range []time.Duration{time.Minute, time.Second, 10 * time.Millisecond} {
		if d > 100*unit {
			return d.Round(unit).String()
		}
	}
	return d.Round(100 * time.Microsecond).String()
}
