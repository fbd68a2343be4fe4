// Package layers holds the parts that a GPT-1 block is made of. A layer is a
// struct of parameters and one Forward that adds its equation to a graph.
//
// The equations, and the code of each:
//
//	h_0 = U W_e + W_p                    Embedding.Forward
//	softmax(Q Kᵀ/√D + mask) V            Attention.Forward
//	GELU(x W_1 + b_1) W_2 + b_2          MLP.Forward
//	LN(x + dropout(branch))              LayerNorm.Residual
//
// Each Forward declares the axes of its input and output with [graph.Node.Axes].
//
// Layers own no memory: parameters belong to a graph.Store, activations to the
// graph. Start reading at attention.go.
package layers
