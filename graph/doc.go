// Package graph declares GPT-1 as a static Gorgonia expression graph and runs
// it on Gorgonia's TapeMachine. It is the only package that imports Gorgonia.
//
// A [Graph] collects the nodes of one gorgonia.ExprGraph. A [Node] is a value
// with builder methods (Linear, GELU, Attention, …); the first mistake is kept
// in [Graph.Err] with the scope, the op and the shapes, and every later call is
// a no-op, so that builders read like the equations they implement. [Graph.Grad]
// asks Gorgonia for the symbolic derivative. [Graph.Compile] lays the buffers
// out and returns a [Machine].
//
// Parameters, their gradients and Adam's moments live in a [Store], which every
// graph binds without copying. Gradients accumulate in the store over runs until
// an update graph (package optim) consumes and clears them, so a batch can be
// split into micro-batches of any sizes.
//
// Every operation, forward or backward, is one value of the type op (op.go),
// which is what Gorgonia sees: a name, a shape, a closure that runs a kernel and
// a closure that builds the derivative. Each fused op must equal a form composed of
// plain ops.
//
// The package holds no model and no training policy. Start reading at graph.go,
// then op.go, then linear.go for a typical op.
package graph
