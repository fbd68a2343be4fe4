package train

import (
	"fmt"
	"slices"

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

// program is what the process needs besides tensors.
const program = 64 << 20

// NewMemory adds up the memory of a store and of its largest graph.
func NewMemory(s *graph.Store, need graph.Need, base int) Memory {
	values, gradients, moments := s.Bytes()
	return Memory{Base: base, Parameters: values, Gradients: gradients, Moments: moments, Graph: need}
}

// Total is all of it, with about what the program itself takes.
func (m Memory) Total() int {
	return m.Base + m.Parameters + m.Gradients + m.Moments + m.Graph.Total() + program
}

// Part is one use of memory.
// A Part is safe for concurrent use.
type Part struct {
	Name  string
	Bytes int
}

// Parts are the uses of memory that are not 0, and last all of it.
func (m Memory) Parts() []Part {
	return slices.DeleteFunc([]Part{
		{"base model", m.Base},
		{"parameters", m.Parameters},
		{"gradients", m.Gradients},
		{"Adam's moments", m.Moments},
		{"activations", m.Graph.Activations + m.Graph.Inputs},
		{"logits", m.Graph.Logits},
		{"the program, about", program},
		{"memory in all", m.Total()},
	}, func(p Part) bool { return p.Bytes == 0 })
}

func megabytes(n int) string { return fmt.Sprintf("%.1f MB", float64(n)/1e6) }

// Check refuses what exceeds the free memory, of which each rank on this machine gets its
// share. need is what micro-batches of other sizes
// would take, for advice.
func (m Memory) Check(o Options, need func(micro int) (Memory, error)) error {
	free, err := memory.Free()
	if err != nil {
		return err
	}
	ranks := o.Group.Neighbours()
	free /= int64(ranks)
	if int64(m.Total()) <= free {
		return nil
	}
	advice := "choose a smaller {Ctx}, {Vocab} or {Preset}, or a machine with more"
	for micro := o.ShareMicro() / 2; micro > 0; micro /= 2 {
		less, err := need(micro)
		if err != nil {
			return err
		}
		if int64(less.Total()) <= free {
			advice = fmt.Sprintf("{Micro} %d needs %s and gives the same gradients, except for rounding", micro, megabytes(less.Total()))
			break
		}
	}
	whose := "the run needs"
	if ranks > 1 {
		whose = fmt.Sprintf("each of the %d ranks on this machine needs", ranks)
	}
	return BadOption("%s %s of memory, but only %s are free: "+advice, whose, megabytes(m.Total()), megabytes(int(free)))
}
