package draw

import "gorgpt/graph"

// Subject is a graph to look at.
type Subject struct {
	Title string
	Graph *graph.Graph
	Fill  func() // fills the inputs with what a run can do with; nil: nothing to fill
}
