package finetune

import (
	"fmt"

	"gorgpt/graph"
)

// Declare returns a graph of the run for inspection, by its name in [train.Graphs], and a title.
// fill writes arbitrary tokens into the graph; it is nil for the update.
func (p *Plan) Declare(name string) (title string, g *graph.Graph, fill func(), err error) {
	p.model.Store.AllocateGradients()
	spec := p.task.Spec
	if name == "update" {
		g, err = p.o.UpdateGraph(p.model.Store)
		return string(spec.Task) + ": update of all parameters", g, nil, err
	}
	g, fill = p.task.Tuner.Declare(spec.Sequences(), name == "step")
	title = fmt.Sprintf("%s: %s on B = %d examples of S = %d sequences of T = %d tokens",
		spec.Task, name, p.o.Micro, spec.Sequences(), p.model.NCtx)
	return title, g, fill, nil
}
