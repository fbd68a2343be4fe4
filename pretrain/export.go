package pretrain

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"

	"gorgpt/gpt1"
	"gorgpt/graph/draw"
)

// export draws the graph that the settings ask for, if any.
func export(ctx context.Context, s *Settings, m *gpt1.Model, w io.Writer) error {
	if !s.Draw.Wanted() || !s.Group.First() {
		return nil
	}
	m.Store.Train()
	if s.Draw.Graph == "update" {
		g, err := s.UpdateGraph(m.Store)
		if err != nil {
			return err
		}
		return s.Draw.Export(ctx, draw.Subject{Title: s.name() + ": update of all parameters", Graph: g}, w)
	}
	lm := m.DeclareLM(s.Micro, s.Ctx, s.Draw.Graph == "step")
	title := fmt.Sprintf("%s: %s on B = %d windows of T = %d tokens", s.name(), s.Draw.Graph, s.Micro, s.Ctx)
	return s.Draw.Export(ctx, draw.Subject{Title: title, Graph: lm.Graph, Fill: func() { fill(lm, m.VocabSize) }}, w)
}

// fill writes any tokens into the graph, always the same.
func fill(lm *gpt1.LM, v int) {
	r := rand.New(rand.NewPCG(1, 1))
	window := make([]int32, lm.T+1)
	for i := range lm.B {
		for k := range window {
			window[k] = r.Int32N(int32(v))
		}
		lm.Fill(i, window)
	}
	*lm.Count = float32(lm.B * lm.T)
}
