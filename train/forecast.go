package train

import "gorgpt/graph"

// Forecast describes the size of a run and the memory and time that it needs.
// A Forecast is safe for concurrent use as long as nothing changes it.
type Forecast struct {
	Parameters int
	Steps      int
	Tokens     int     // per update
	Operations float64 // floating-point operations per update and rank
	Memory     Memory
}

// efficiency is the speed of whole updates relative to large matrix products.
const efficiency = 0.75

// Seconds estimates the time of an update in seconds. It measures the speed of the machine.
func (f Forecast) Seconds() float64 { return f.Operations / (efficiency * graph.Speed()) }
