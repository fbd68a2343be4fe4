package train

import "gorgpt/graph"

// Forecast is what a run will need.
// A Forecast is safe for concurrent use as long as nothing changes it.
type Forecast struct {
	Parameters int
	Steps      int
	Tokens     int     // an update
	Operations float64 // an update, of a rank
	Memory     Memory
}

// efficiency is the share of the speed of large matrix products that whole updates reach.
const efficiency = 0.75

// Seconds is about how long an update takes. It measures the speed of the machine.
func (f Forecast) Seconds() float64 { return f.Operations / (efficiency * graph.Speed()) }
