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
	"gorgpt/internal/memory"
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

// Declared is a graph that [Model.Graph] has declared. A Declared must not be used by several goroutines at once.
type Declared struct {
	Title string // what it computes
	Graph *graph.Graph
	Fill  func() // fills the inputs with valid values; nil: there are no inputs
}

// Graph declares a graph of the model, to be drawn. It reads one window or example as long as the context. It needs no memory
// for weights.
func (m *Model) Graph(name string) (Declared, error) { return m.declare(name, gpt1.NewSketch) }

// RunnableGraph is [Model.Graph] with memory for parameters of its own, so that the graph can be compiled and measured. The
// parameters are zero, which takes the same time. If there is not enough memory, it returns a [MemoryError].
func (m *Model) RunnableGraph(name string) (Declared, error) {
	in, err := m.use()
	if err != nil {
		return Declared{}, err
	}
	sketch, err := m.Graph(name)
	if err != nil {
		return Declared{}, err
	}
	working, err := sketch.Graph.Need()
	if err != nil {
		return Declared{}, err
	}
	each := 16 // bytes of a parameter, its gradient and Adam's two moments
	if name == forward || name == decode {
		each = 4
	}
	need := int64(working.Total() + each*in.base.Model.Store.Len())
	if free, err := memory.Free(); err == nil && need > free {
		return Declared{}, &MemoryError{Dir: "measuring the graph " + name, Need: need, Free: free}
	}
	return m.declare(name, gpt1.New)
}

// declare declares a graph of a new model of the same shape.
func (m *Model) declare(name string, newModel func(gpt1.Config, ...graph.Param) (*gpt1.Model, error)) (Declared, error) {
	in, err := m.use()
	if err != nil {
		return Declared{}, err
	}
	if names := m.Graphs(); !slices.Contains(names, name) {
		return Declared{}, errors.Errorf("there is no graph %q: it must be one of %s", name, strings.Join(names, ", "))
	}
	d, err := in.declare(name, newModel)
	if err == nil {
		err = d.Graph.Err()
	}
	return d, errors.WithMessagef(err, "declaring the graph %s", name)
}

func (o *opened) declare(name string, newModel func(gpt1.Config, ...graph.Param) (*gpt1.Model, error)) (d Declared, err error) {
	c, spec := o.base.Model.Config, o.base.Spec()
	kind, space := spec.Task, spec.Space
	if head := heads.Kind(name); slices.Contains(heads.Kinds(), head) {
		kind, space, name = head, example(head), step
	}
	var extra []graph.Param
	if kind != "" {
		extra = heads.Params(c.NEmbd, kind.Task().Outputs(space))
	}
	m, err := newModel(c, extra...)
	if err != nil {
		return d, err
	}
	switch {
	case name == decode:
		d.Title = fmt.Sprintf("decode: one more token after up to N = %d", c.NCtx)
		d.Graph, d.Fill = generate.Declare(m, 1)
		return d, nil
	case name == update:
		d.Title = "update of all parameters"
		d.Graph, err = train.Options{Clip: 1}.UpdateGraph(m.Store)
		return d, err
	case name == step:
		m.Store.AllocateGradients()
	}
	if kind == "" {
		lm := m.DeclareLM(1, c.NCtx, name == step)
		d.Title = fmt.Sprintf("%s on B = 1 window of T = %d tokens", name, c.NCtx)
		d.Graph, d.Fill = lm.Graph, func() { lm.Fill(0, make([]int32, c.NCtx+1)); *lm.Count = float32(c.NCtx) }
		return d, nil
	}
	head, err := heads.New(kind, m, c.ResidPDrop)
	if err != nil {
		return d, err
	}
	const lambda = 0.5 // of the paper
	tuner, sequences := heads.Tuner{Model: m, Head: head, Lambda: lambda, Micro: 1}, kind.Task().Sequences(space)
	d.Title = fmt.Sprintf("%s: %s on B = 1 example of S = %d sequences of T = %d tokens", kind, name, sequences, c.NCtx)
	d.Graph, d.Fill = tuner.Declare(sequences, name == step)
	return d, nil
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
