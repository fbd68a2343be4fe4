// Package layers holds the parts that a GPT-1 block is made of. A layer is a
// struct of parameters and one Forward that adds its equation to a graph.
//
// Layers own no memory: parameters belong to a graph.Store, activations to the
// graph. Start reading at attention.go.
package layers
