package gpt1

import "gorgpt/graph"

// NewSketch is [New] without memory: graphs of the model can be declared and the memory
// that they need computed, but not run.
func NewSketch(c Config, extra ...graph.Param) (*Model, error) {
	return newModel(c, graph.NewSketch, extra)
}
