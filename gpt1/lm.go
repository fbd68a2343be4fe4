package gpt1

import "gorgpt/graph"

// LM is the step graph of language modelling on b windows of t tokens: L1 of
// section 3.1 and, for training, its gradients added to the store.
type LM struct {
	B, T    int
	Inputs  []int32       // [B T], token ids
	Targets []int32       // [B T], the token that follows each input
	Count   *float32      // predictions in the full batch, by which the sum is divided
	Random  *graph.Random // nil in an evaluation graph

	Graph   *graph.Graph
	Loss    graph.Node // −Σ log P / Count: this micro-batch's part of the batch's mean
	machine *graph.Machine
}

// DeclareLM builds the graph without compiling it, for looking at it.
func (m *Model) DeclareLM(b, t int, train bool) *LM {
	g := graph.New(train)
	lm := &LM{B: b, T: t, Graph: g}
	inputs, ids := g.Ints("inputs", b, t)
	targets, next := g.Ints("targets", b, t)
	inputs, targets = inputs.Named("B T"), targets.Named("B T")
	count, n := g.Scalar("count")
	lm.Inputs, lm.Targets, lm.Count = ids, next, n
	if train {
		lm.Random = g.Random(b)
	}
	losses := m.Losses(m.Hidden(inputs), targets) // [B T]
	lm.Loss = losses.SumOver(count)               // L1
	if train {
		g.Backward(lm.Loss)
	}
	return lm
}

// NewLM declares and compiles the graph.
func (m *Model) NewLM(arena *graph.Arena, b, t int, train bool) (*LM, error) {
	lm := m.DeclareLM(b, t, train)
	machine, err := lm.Graph.Compile(arena)
	lm.machine = machine
	return lm, err
}

// Fill writes window i, t+1 token ids, as inputs and targets.
func (lm *LM) Fill(i int, window []int32) {
	copy(lm.Inputs[i*lm.T:(i+1)*lm.T], window[:lm.T])
	copy(lm.Targets[i*lm.T:(i+1)*lm.T], window[1:lm.T+1])
}

// Run executes the graph on what the inputs hold and returns the loss.
func (lm *LM) Run() (float64, error) {
	err := lm.machine.Run()
	return float64(lm.Loss.Value()), err
}
