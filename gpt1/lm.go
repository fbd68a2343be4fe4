package gpt1

import "gorgpt/graph"

// LM is the step graph of language modelling on b windows of t tokens: L1 of
// section 3.1 and, for training, its gradients added to the store.
// An LM must not be used by several goroutines at once.
type LM struct {
	B, T    int
	inputs  []int32       // [B T], token ids
	targets []int32       // [B T], the token that follows each input
	Count   *float32      // predictions in the full batch, by which the sum is divided
	Random  *graph.Random // nil in an evaluation graph

	Graph   *graph.Graph
	loss    graph.Node // −Σ log P / Count: this micro-batch's part of the batch's mean
	Losses  graph.Node // −log P of each target [B T]; its values can be read after a run for evaluation
	machine *graph.Machine
}

// DeclareLM builds the graph without compiling it, for inspection.
func (m *Model) DeclareLM(b, t int, train bool) *LM {
	g := graph.New(train)
	lm := &LM{B: b, T: t, Graph: g}
	inputs, ids := g.Ints("inputs", b, t)
	targets, next := g.Ints("targets", b, t)
	inputs, targets = inputs.Named("B T"), targets.Named("B T")
	count, n := g.Scalar("count")
	lm.inputs, lm.targets, lm.Count = ids, next, n
	if train {
		lm.Random = g.Random(b)
	}
	lm.Losses = m.Losses(m.Hidden(inputs), targets) // [B T]
	lm.loss = lm.Losses.SumOver(count)              // L1
	if train {
		g.Backward(lm.loss)
	}
	return lm
}

// NewLM declares and compiles the graph.
func (m *Model) NewLM(arena *graph.Arena, b, t int, train bool) (*LM, error) {
	lm := m.DeclareLM(b, t, train)
	machine, err := lm.Graph.Compile(arena, lm.kept()...)
	lm.machine = machine
	return lm, err
}

// kept are the nodes whose values are read after a run.
func (lm *LM) kept() []graph.Node {
	if lm.Graph.Training() {
		return nil
	}
	return []graph.Node{lm.Losses}
}

// Need is the working memory of the graph.
func (lm *LM) Need() (graph.Need, error) { return lm.Graph.Need(lm.kept()...) }

// Fill writes window i, of 1 to t+1 token ids, as inputs and targets. It fills the rest of the
// row with id 0, which changes no earlier loss because attention only looks back.
func (lm *LM) Fill(i int, window []int32) {
	n := min(len(window)-1, lm.T)
	inputs, targets := lm.inputs[i*lm.T:(i+1)*lm.T], lm.targets[i*lm.T:(i+1)*lm.T]
	copy(inputs, window[:n])
	copy(targets, window[1:n+1])
	clear(inputs[n:])
	clear(targets[n:])
}

// Run executes the graph on the current inputs and returns the loss.
func (lm *LM) Run() (float64, error) {
	err := lm.machine.Run()
	return float64(lm.loss.Value()), err
}

// Diagnose runs the graph once more and names the first node whose value is not finite, as
// [graph.Machine.Diagnose] does.
func (lm *LM) Diagnose() error { return lm.machine.Diagnose() }
