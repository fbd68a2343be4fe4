package train

import (
	"fmt"
	"slices"

	"gorgpt/graph"
	"gorgpt/internal/memory"
)

// Memory is the memory that a run needs, in bytes. It is computed before any is allocated.
// A Memory is safe for concurrent use as long as nothing changes it.
type Memory struct {
	Base                           int // weights of the pre-trained model in fine-tuning
	Parameters, Gradients, Moments int
	Graph                          graph.Need // the largest graph; all others share its memory
}

// program is the memory of the process apart from tensors.
const program = 64 << 20

// NewMemory adds up the memory of a store and of its largest graph.
func NewMemory(s *graph.Store, need graph.Need, base int) Memory {
	values, gradients, moments := s.Bytes()
	return Memory{Base: base, Parameters: values, Gradients: gradients, Moments: moments, Graph: need}
}

// Total returns the sum, including an estimate for the program itself.
func (m Memory) Total() int {
	return m.Base + m.Parameters + m.Gradients + m.Moments + m.Graph.Total() + program
}

// Part is one use of memory.
// A Part is safe for concurrent use.
type Part struct {
	Name  string
	Bytes int
}

// Parts returns the uses of memory that are not 0, and then the total.
func (m Memory) Parts() []Part {
	return slices.DeleteFunc([]Part{
		{"base model", m.Base},
		{"parameters", m.Parameters},
		{"gradients", m.Gradients},
		{"Adam's moments", m.Moments},
		{"activations", m.Graph.Activations + m.Graph.Inputs},
		{"logits", m.Graph.Logits},
		{"the program, about", program},
		{"total memory", m.Total()},
	}, func(p Part) bool { return p.Bytes == 0 })
}

func megabytes(n int) string { return fmt.Sprintf("%.1f MB", float64(n)/1e6) }

// Check returns an error if the run needs more than the free memory, which the ranks on this
// machine share equally. need computes the memory for another size of micro-batches. The error
// suggests a size that fits.
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
	advice := "choose a smaller {Ctx}, {Vocab} or {Preset}, or a machine with more memory"
	for micro := o.ShareMicro() / 2; micro > 0; micro /= 2 {
		less, err := need(micro)
		if err != nil {
			return err
		}
		if int64(less.Total()) <= free {
			advice = fmt.Sprintf("{Micro} %d needs %s and gives the same gradients up to rounding", micro, megabytes(less.Total()))
			break
		}
	}
	whose := "the run needs"
	if ranks > 1 {
		whose = fmt.Sprintf("each of the %d ranks on this machine needs", ranks)
	}
	return BadOption("%s %s of memory, but only %s is free: "+advice, whose, megabytes(m.Total()), megabytes(int(free)))
}
