package train

import (
	"fmt"
	"slices"

	"gorgpt/graph"
	"gorgpt/internal/memory"
	"gorgpt/internal/plural"
)

// Memory is the memory that a run needs, in bytes. It is computed before any is allocated.
// A Memory is safe for concurrent use as long as nothing changes it.
type Memory struct {
	Base                           int // weights of the pre-trained model in fine-tuning
	Parameters, Gradients, Moments int
	Graph                          graph.Need // the largest graph; all others share its memory
	Lanes                          int        // parts computed side by side, each with a graph and gradients; 0: one after the other
}

// program is the memory of the process apart from tensors.
const program = 64 << 20

// NewMemory adds up the memory of a store and of its largest graph, of which there is one in each
// lane.
func NewMemory(s *graph.Store, need graph.Need, base, lanes int) Memory {
	values, gradients, moments := s.Bytes()
	return Memory{Base: base, Parameters: values, Gradients: gradients, Moments: moments, Graph: need, Lanes: lanes}
}

// lane is the memory of one lane.
func (m Memory) lane() int {
	if m.Lanes == 0 {
		return m.Graph.Total()
	}
	return m.Graph.Total() + m.Gradients
}

// Total returns the sum, including an estimate for the program itself.
func (m Memory) Total() int {
	return m.Base + m.Parameters + m.Gradients + m.Moments + max(m.Lanes, 1)*m.lane() + program
}

// Part is one use of memory.
// A Part is safe for concurrent use.
type Part struct {
	Name  string
	Bytes int
}

// Parts returns the uses of memory that are not 0, and then the total.
func (m Memory) Parts() []Part {
	parts := []Part{
		{"base model", m.Base},
		{"parameters", m.Parameters},
		{"gradients", m.Gradients},
		{"Adam's moments", m.Moments},
	}
	graphs := []Part{{"activations", m.Graph.Activations + m.Graph.Inputs}, {"logits", m.Graph.Logits}}
	if m.Lanes > 0 {
		graphs = append(graphs, Part{"gradients", m.Gradients})
		for i := range graphs {
			graphs[i].Name += " of " + plural.Of(m.Lanes, "lane")
			graphs[i].Bytes *= m.Lanes
		}
	}
	parts = append(append(parts, graphs...), Part{"the program, about", program}, Part{"total memory", m.Total()})
	return slices.DeleteFunc(parts, func(p Part) bool { return p.Bytes == 0 })
}

func megabytes(n int) string { return fmt.Sprintf("%.1f MB", float64(n)/1e6) }

// Fit returns the memory with as many lanes as the free memory has room for, which the ranks on
// this machine share equally. It is an error if not even one fits; need computes the memory for
// another size of micro-batches, and the error suggests a size that fits.
func (m Memory) Fit(o Options, need func(micro int) (Memory, error)) (Memory, error) {
	free, err := memory.Free()
	if err != nil {
		return m, err
	}
	ranks := o.Group.Neighbours()
	free /= int64(ranks)
	if least, fits := m.fit(free); fits {
		return least, nil
	}
	advice := "choose a smaller model, {Ctx} or {Vocab}, or a machine with more memory"
	for micro := o.ShareMicro() / 2; micro > 0; micro /= 2 {
		less, err := need(micro)
		if err != nil {
			return m, err
		}
		if less, fits := less.fit(free); fits {
			advice = fmt.Sprintf("{Micro} %d needs %s and gives the same gradients up to rounding", micro, megabytes(less.Total()))
			break
		}
	}
	whose := "the run needs"
	if ranks > 1 {
		whose = fmt.Sprintf("each of the %d ranks on this machine needs", ranks)
	}
	least, _ := m.fit(0)
	return m, BadOption("%s %s of memory, but only %s is free: "+advice, whose, megabytes(least.Total()), megabytes(int(free)))
}

// fit takes lanes away until the total is no more than the free memory, and reports whether it is.
func (m Memory) fit(free int64) (Memory, bool) {
	for int64(m.Total()) > free && m.Lanes > 1 {
		m.Lanes--
	}
	return m, int64(m.Total()) <= free
}
