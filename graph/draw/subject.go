package draw

import "gorgpt/graph"

// Subject is a graph to draw or measure.
type Subject struct {
	Title string
	Graph *graph.Graph
	Fill  func() // fills the inputs with valid values; nil: there are no inputs
	Paper *Paper // the model as the paper draws it; nil: it is not the paper's
}
