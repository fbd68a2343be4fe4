package train

import (
	"fmt"
	"io"

	"github.com/pkg/errors"

	"gorgpt/graph"
	"gorgpt/internal/memory"
)

// Memory is what a run needs, in bytes, computed before any of it is allocated.
// A Memory is safe for concurrent use as long as nothing changes it.
type Memory struct {
	Base                           int // weights of the model that fine-tuning starts from
	Parameters, Gradients, Moments int
	Graph                          graph.Need // of the largest graph; the others share its memory
}

// program is what the process needs beside.
const program = 64 << 20

// NewMemory adds up the memory of a store and of its largest graph.
func NewMemory(s *graph.Store, need graph.Need, base int) Memory {
	values, gradients, moments := s.Bytes()
	return Memory{Base: base, Parameters: values, Gradients: gradients, Moments: moments, Graph: need}
}

// Total is all of it, and about what the program takes beside.
func (m Memory) Total() int {
	return m.Base + m.Parameters + m.Gradients + m.Moments + m.Graph.Total() + program
}

// Print writes a table.
func (m Memory) Print(w io.Writer) {
	for _, row := range []struct {
		name  string
		bytes int
	}{
		{"model to start from", m.Base},
		{"parameters", m.Parameters},
		{"gradients", m.Gradients},
		{"Adam's moments", m.Moments},
		{"activations", m.Graph.Activations + m.Graph.Inputs},
		{"logits", m.Graph.Logits},
		{"the program, about", program},
		{"memory in all", m.Total()},
	} {
		if row.bytes > 0 {
			fmt.Fprintf(w, "  %-20s %10s\n", row.name, megabytes(row.bytes))
		}
	}
}

func megabytes(n int) string { return fmt.Sprintf("%.1f MB", float64(n)/1e6) }

// Check refuses what exceeds the free memory, of which each rank on this machine gets its
// share. need is what micro-batches of other sizes
// would take, for advice.
func (m Memory) Check(s *Settings, need func(micro int) (Memory, error)) error {
	free, err := memory.Free()
	if err != nil {
		return err
	}
	ranks := s.Group.Neighbours()
	free /= int64(ranks)
	if int64(m.Total()) <= free {
		return nil
	}
	advice := "use a smaller -ctx, -vocab or -preset, or a machine with more"
	for micro := s.ShareMicro() / 2; micro > 0; micro /= 2 {
		less, err := need(micro)
		if err != nil {
			return err
		}
		if int64(less.Total()) <= free {
			advice = fmt.Sprintf("-micro %d needs %s and gives the same gradients, but for rounding", micro, megabytes(less.Total()))
			break
		}
	}
	whose := "the run needs"
	if ranks > 1 {
		whose = fmt.Sprintf("each of the %d ranks on this machine needs", ranks)
	}
	return errors.Errorf("%s %s of memory, but only %s are free: %s", whose, megabytes(m.Total()), megabytes(int(free)), advice)
}
