package gorgpt

import (
	"fmt"
	"slices"
	"strings"

	"github.com/pkg/errors"

	"gorgpt/generate"
	"gorgpt/gpt1"
	"gorgpt/graph"
	"gorgpt/heads"
	"gorgpt/train"
)

// Names of graphs. A head's graph has the name of its task.
const (
	forward = "forward" // the loss
	step    = "step"    // the loss and its gradients
	update  = "update"  // of all parameters
	decode  = "decode"  // one more token
)

// Graphs are the names of the graphs that [Model.Graph] declares: those of the task of a fine-tuned model, or those of
// pre-training and, for each task, of fine-tuning.
func (m *Model) Graphs() []string {
	names := []string{forward, step, update}
	if !m.Config().IsLSTM() {
		names = append(names, decode)
	}
	if m.task == "" {
		for _, kind := range heads.Kinds() {
			names = append(names, string(kind))
		}
	}
	return names
}

// Graph lists the nodes of a graph of the model, to be drawn, and says what it computes. Graphs read one window or example
// as long as the context. It needs no memory for weights.
func (m *Model) Graph(name string) (title string, nodes []graph.Info, err error) {
	in, err := m.use()
	if err != nil {
		return "", nil, err
	}
	if names := m.Graphs(); !slices.Contains(names, name) {
		return "", nil, errors.Errorf("there is no graph %q: it must be one of %s", name, strings.Join(names, ", "))
	}
	title, g, err := in.declare(name)
	if err != nil {
		return "", nil, errors.WithMessagef(err, "declaring the graph %s", name)
	}
	nodes, err = g.Nodes()
	return title, nodes, err
}

// declare declares a graph of a sketch of the model.
func (o *opened) declare(name string) (title string, g *graph.Graph, err error) {
	c, spec := o.base.Model.Config, o.base.Spec()
	kind, space := spec.Task, spec.Space
	if head := heads.Kind(name); slices.Contains(heads.Kinds(), head) {
		kind, space, name = head, example(head), step
	}
	var extra []graph.Param
	if kind != "" {
		extra = heads.Params(c.NEmbd, kind.Task().Outputs(space))
	}
	m, err := gpt1.NewSketch(c, extra...)
	if err != nil {
		return "", nil, err
	}
	switch {
	case name == decode:
		g, _ = generate.Declare(m, 1)
		return fmt.Sprintf("decode: one more token after up to N = %d", c.NCtx), g, nil
	case name == update:
		g, err = train.Options{Clip: 1}.UpdateGraph(m.Store)
		return "update of all parameters", g, err
	case name == step:
		m.Store.AllocateGradients()
	}
	if kind == "" {
		return fmt.Sprintf("%s on B = 1 window of T = %d tokens", name, c.NCtx), m.DeclareLM(1, c.NCtx, name == step).Graph, nil
	}
	head, err := heads.New(kind, m, c.ResidPDrop)
	if err != nil {
		return "", nil, err
	}
	const lambda = 0.5 // of the paper
	tuner, sequences := heads.Tuner{Model: m, Head: head, Lambda: lambda, Micro: 1}, kind.Task().Sequences(space)
	g, _ = tuner.Declare(sequences, name == step)
	return fmt.Sprintf("%s: %s on B = 1 example of S = %d sequences of T = %d tokens", kind, name, sequences, c.NCtx), g, nil
}

// example is a label space of a task that nothing was fine-tuned for.
func example(kind heads.Kind) heads.Space {
	switch task := kind.Task(); {
	case task.Outputs(heads.Space{}) == 0:
		return heads.Space{Labels: []string{"0", "1"}}
	case task.Sequences(heads.Space{}) == 0:
		return heads.Space{Choices: 2}
	}
	return heads.Space{}
}
