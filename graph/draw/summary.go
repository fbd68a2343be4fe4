package draw

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"unicode/utf8"

	"gorgpt/graph"
)

// WriteSummary prints a line for each part of a graph: the shape of its output, its parameters,
// its floating-point operations and the bytes of its values. Values are counted in full although
// values that are never needed together share memory. Equal blocks are one line with the figures
// of one block; the totals count all.
func WriteSummary(w io.Writer, title string, nodes []graph.Info) error {
	rows := append(parts(nodes, findFolds(nodes), nil), whole(nodes, nil))
	width := 0
	for _, p := range rows {
		width = max(width, utf8.RuneCountInString(p.label()))
	}
	if _, err := fmt.Fprintln(w, title); err != nil {
		return err
	}
	out := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintf(out, "%-*s\t×\toutput\tparameters\tFLOP forward\tbackward\tupdate\tmemory\t\n", width, "part")
	for _, p := range rows {
		p.write(out, width)
	}
	return out.Flush()
}

func (p *Part) label() string {
	depth := len(p.Path) - 1
	return strings.Repeat("  ", depth) + p.Path[depth]
}

func (p *Part) write(out io.Writer, width int) {
	dash := func(n int, unit string) string {
		if n == 0 {
			return "-"
		}
		return scaled(n) + unit
	}
	times := ""
	if p.times > 1 {
		times = fmt.Sprint(p.times)
	}
	fmt.Fprintf(out, "%-*s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t\n", width, p.label(), times, p.Shape, grouped(p.All.Parameters),
		dash(p.In[Forward].FLOPs, ""), dash(p.In[Backward].FLOPs, ""), dash(p.In[Updating].FLOPs, ""), dash(p.All.Memory, "B"))
}
