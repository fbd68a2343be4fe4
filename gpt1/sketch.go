package gpt1

import "gorgpt/graph"

// NewSketch is [New] without memory. The graphs of such a model can be declared and their
// memory computed, but they cannot run.
func NewSketch(c Config, extra ...graph.Param) (*Model, error) {
	return newModel(c, graph.NewSketch, extra)
}
