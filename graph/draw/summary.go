package draw

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
	"unicode/utf8"

	"gorgpt/graph"
)

// row is a part of the model in the summary.
type row struct {
	name              string
	depth             int
	times             int // blocks that are alike
	shape             string
	parameters        int
	forward, backward int // floating-point operations
	update            int
	memory            int // bytes of values
}

// WriteSummary prints a line for each part of a graph: the shape of its output, its parameters,
// its floating-point operations and the bytes of its values. Values are counted in full although
// values that are never needed together share memory. Equal blocks are one line with the figures
// of one block; the totals count all.
func WriteSummary(w io.Writer, title string, nodes []graph.Info) error {
	rows := summarize(nodes)
	var sum row
	for _, x := range nodes {
		sum.add(x)
	}
	sum.name, sum.times, sum.shape = "total", 1, ""
	rows = append(rows, sum)
	width := 0
	for _, r := range rows {
		width = max(width, utf8.RuneCountInString(r.label()))
	}
	if _, err := fmt.Fprintln(w, title); err != nil {
		return err
	}
	out := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintf(out, "%-*s\t×\toutput\tparameters\tFLOP forward\tbackward\tupdate\tmemory\t\n", width, "part")
	for _, r := range rows {
		r.write(out, width)
	}
	return out.Flush()
}

func (r row) label() string { return strings.Repeat("  ", r.depth) + r.name }

func (r *row) add(x graph.Info) {
	r.parameters += x.Parameters
	r.memory += x.Memory
	switch x.Role {
	case graph.Gradient:
		r.backward += x.FLOPs
	case graph.Update:
		r.update += x.FLOPs
	default:
		r.forward += x.FLOPs
	}
	if x.Role == graph.Activation || x.Role == graph.Parameter && r.shape == "" {
		r.shape = shape(x)
	}
}

func (r row) write(out io.Writer, width int) {
	dash := func(n int, unit string) string {
		if n == 0 {
			return "-"
		}
		return scaled(n) + unit
	}
	times := ""
	if r.times > 1 {
		times = fmt.Sprint(r.times)
	}
	fmt.Fprintf(out, "%-*s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t\n", width, r.label(), times, r.shape, grouped(r.parameters),
		dash(r.forward, ""), dash(r.backward, ""), dash(r.update, ""), dash(r.memory, "B"))
}

// summarize finds the parts in the order of their first nodes.
func summarize(nodes []graph.Info) []row {
	folds := findFolds(nodes)
	var paths [][]string
	byPath := map[string]*row{}
	for _, x := range nodes {
		scope := slices.Clone(x.Scope)
		times := 1
		if len(scope) > 0 {
			if f, folded := folds[scope[0]]; folded {
				if scope[0] != f.first {
					continue
				}
				scope[0], times = f.name, f.count
			}
		} else {
			scope = []string{"(rest)"}
		}
		for depth := range scope {
			key := strings.Join(scope[:depth+1], " ")
			r := byPath[key]
			if r == nil {
				r = &row{name: scope[depth], depth: depth, times: times}
				byPath[key] = r
				paths = append(paths, scope[:depth+1])
			}
			r.add(x)
		}
	}
	var rows []row
	var visit func(parent []string)
	visit = func(parent []string) {
		for _, path := range paths {
			if len(path) == len(parent)+1 && slices.Equal(path[:len(parent)], parent) {
				rows = append(rows, *byPath[strings.Join(path, " ")])
				visit(path)
			}
		}
	}
	visit(nil)
	return rows
}
