package draw

import (
	"fmt"
	"slices"
	"strings"

	"gorgpt/graph"
)

// opTitle is the operation of a node, or its name.
func opTitle(x graph.Info) string {
	switch {
	case x.Role == graph.Parameter || len(x.In) == 0 && x.Kind == string(x.Role):
		words := strings.Split(x.Name, ".")
		return strings.Join(words[max(0, len(words)-2):], ".")
	case len(x.Scope) > 2:
		return x.Scope[len(x.Scope)-1] + " · " + x.Kind
	}
	return x.Kind
}

// lines are the label of a box.
func (p *Picture) lines(b *box) []string {
	one := p.nodes[b.nodes[0]]
	if len(b.nodes) == 1 && (p.detail == Op || b.title != last(one.Scope)) {
		return append([]string{b.title}, p.nodeLines(one)...)
	}
	lines := []string{b.title + suffix(b.role)}
	switch b.role {
	case graph.Parameter, graph.State:
		lines = append(lines, p.tensors(b)...)
	case graph.Gradient:
		if len(one.In) == 0 {
			lines = append(lines, p.tensors(b)...)
			break
		}
		lines = append(lines, p.work(b)...)
	default:
		lines = append(lines, p.work(b)...)
	}
	return append(lines, p.figures(b)...)
}

func last(scope []string) string {
	if len(scope) == 0 {
		return ""
	}
	return scope[min(len(scope), 2)-1]
}

// suffix distinguishes the boxes of one part.
func suffix(r graph.Role) string {
	switch r {
	case graph.Gradient, graph.Update, graph.State:
		return " · " + string(r)
	case graph.Parameter:
		return " · parameters"
	}
	return ""
}

// nodeLines are the label of a single node.
func (p *Picture) nodeLines(x graph.Info) []string {
	var lines []string
	if x.Note != "" {
		lines = append(lines, x.Note)
	}
	if len(x.Parts) > 0 && len(x.In) == 0 {
		lines = append(lines, strings.Join(x.Parts, " | "))
	}
	lines = append(lines, shape(x))
	if x.Parameters > 0 {
		lines = append(lines, grouped(x.Parameters)+" parameters")
	}
	return append(lines, p.cost(x.FLOPs, x.Read, x.Written)...)
}

// work lists the operations of a box and the shape of its output.
func (p *Picture) work(b *box) []string {
	var kinds, notes, parts []string
	count := map[string]int{}
	for _, i := range b.nodes {
		x := p.nodes[i]
		if count[x.Kind] == 0 {
			kinds = append(kinds, x.Kind)
		}
		count[x.Kind]++
		if x.Note != "" && x.Written > 0 && !slices.Contains(notes, x.Note) {
			notes = append(notes, x.Note)
		}
		if len(x.Parts) > 0 {
			parts = append(parts, x.Kind+" of "+strings.Join(x.Parts, " | "))
		}
	}
	for i, k := range kinds {
		if count[k] > 1 {
			kinds[i] = fmt.Sprintf("%d %s", count[k], k)
		}
	}
	lines := []string{}
	for len(kinds) > 0 {
		n := min(len(kinds), 3)
		lines = append(lines, strings.Join(kinds[:n], ", "))
		kinds = kinds[n:]
	}
	if len(notes) > 0 {
		lines = append(lines, strings.Join(notes, ", "))
	}
	lines = append(lines, parts...)
	return append(lines, shape(p.nodes[b.last]))
}

// tensors lists names and shapes.
func (p *Picture) tensors(b *box) []string {
	var lines []string
	for _, i := range b.nodes {
		x := p.nodes[i]
		words := strings.Split(x.Name, ".")
		lines = append(lines, strings.Join(words[max(0, len(words)-2):], ".")+" "+shape(x))
	}
	return lines
}

// figures are the sums over a box.
func (p *Picture) figures(b *box) []string {
	var lines []string
	if n := p.sum(b, parameters); n > 0 {
		lines = append(lines, grouped(n)+" parameters")
	}
	return append(lines, p.cost(p.sum(b, flops), p.sum(b, read), p.sum(b, written))...)
}

// cost is the cost of a run.
func (p *Picture) cost(flops, read, written int) []string {
	var lines []string
	if flops > 0 {
		lines = append(lines, scaled(flops)+"FLOP")
	}
	if read+written > 0 {
		lines = append(lines, "reads "+scaled(read)+"B, writes "+scaled(written)+"B")
	}
	return lines
}

// shape writes the named axes and their sizes: [B T C] = [1 512 768].
func shape(x graph.Info) string {
	switch {
	case len(x.Shape) == 0:
		return "scalar"
	case slices.Contains(x.Axes, ""):
		return fmt.Sprint(x.Shape)
	}
	return fmt.Sprintf("[%s] = %v", strings.Join(x.Axes, " "), x.Shape)
}

// scaled writes three digits and a prefix of 1000: 2.42 G.
func scaled(n int) string {
	f, prefix := float64(n), ""
	for _, p := range []string{"k", "M", "G", "T", "P"} {
		if f < 999.5 {
			break
		}
		f, prefix = f/1000, p
	}
	switch {
	case prefix == "":
		return fmt.Sprintf("%d ", n)
	case f < 9.995:
		return fmt.Sprintf("%.2f %s", f, prefix)
	case f < 99.95:
		return fmt.Sprintf("%.1f %s", f, prefix)
	}
	return fmt.Sprintf("%.0f %s", f, prefix)
}

// grouped writes 1,769,472.
func grouped(n int) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
