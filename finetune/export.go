package finetune

import (
	"fmt"

	"gorgpt/graph"
)

// Declare returns one of the graphs of the run, by its name in [train.Graphs], for looking at it,
// with a title. fill writes any tokens into it; for the update it is nil.
func (j *Job) Declare(name string) (title string, g *graph.Graph, fill func(), err error) {
	j.model.Store.AllocateGradients()
	spec := j.task.Spec
	if name == "update" {
		g, err = j.UpdateGraph(j.model.Store)
		return string(spec.Task) + ": update of all parameters", g, nil, err
	}
	g, fill = j.task.Tuner.Declare(spec.Sequences(), name == "step")
	title = fmt.Sprintf("%s: %s on B = %d examples of S = %d sequences of T = %d tokens",
		spec.Task, name, j.Micro, spec.Sequences(), j.model.NCtx)
	return title, g, fill, nil
}
