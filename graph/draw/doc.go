// Package draw explains a graph: as a picture in Graphviz's language or as SVG, as a table of
// parts for the terminal, and with measured times.
//
// A [Picture] shows the nodes of a graph at one of three levels. At [Op] every node is drawn;
// at [Block] each part of a block (attention, MLP) is one box for each role; at [Model]
// repeated blocks are drawn once. Roles have shapes, so that pictures remain
// readable in greyscale. All output depends on the graph alone, or on the graph and the times.
//
// A [Paper] is figure 1 of the paper with the sizes of a model.
//
// SVG is laid out by the package itself: see layout.go. Graphviz computes a different
// layout of the same picture.
//
// The package knows graphs, not models: parts, roles and figures come from [graph.Info], the sizes in
// a Paper from its caller. Start reading at picture.go, or for the figure of the paper at paper.go.
package draw
