package finetune

import (
	"context"
	"fmt"
	"io"

	"gorgpt/graph/draw"
)

// export draws the graph that the settings ask for, if any.
func (j *Job) export(ctx context.Context, w io.Writer) error {
	if !j.Draw.Wanted() || !j.Group.First() {
		return nil
	}
	j.model.Store.Train()
	spec := j.task.Spec
	if j.Draw.Graph == "update" {
		g, err := j.UpdateGraph(j.model.Store)
		if err != nil {
			return err
		}
		return j.Draw.Export(ctx, draw.Subject{Title: string(spec.Task) + ": update of all parameters", Graph: g}, w)
	}
	g, fill := j.task.Tuner.Declare(spec.Sequences(), j.Draw.Graph == "step")
	title := fmt.Sprintf("%s: %s on B = %d examples of S = %d sequences of T = %d tokens",
		spec.Task, j.Draw.Graph, j.Micro, spec.Sequences(), j.model.NCtx)
	return j.Draw.Export(ctx, draw.Subject{Title: title, Graph: g, Fill: fill}, w)
}
