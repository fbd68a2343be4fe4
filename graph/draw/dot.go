package draw

import (
	"bufio"
	"fmt"
	"io"
	"slices"
	"strings"

	"gorgpt/graph"
)

// look is the shape and colour of a role.
type look struct {
	role               graph.Role
	shape, fill, style string
	margin             string
	what               string
}

var looks = []look{
	{graph.Input, "ellipse", "white", "filled", "0.05,0.03", "input"},
	{graph.Parameter, "cylinder", "#fff2ae", "filled", "0.12,0.14", "parameter"},
	{graph.State, "box3d", "#e6e0ec", "filled", "0.12,0.08", "state"},
	{graph.Activation, "box", "#d9ead3", "\"filled,rounded\"", "0.12,0.06", "activation"},
	{graph.Gradient, "hexagon", "#f4cccc", "filled", "0.0,0.0", "gradient"},
	{graph.Update, "house", "#b4c7e7", "filled", "0.08,0.06", "update"},
}

func lookOf(r graph.Role) look {
	return looks[slices.IndexFunc(looks, func(l look) bool { return l.role == r })]
}

// WriteDOT writes the picture in Graphviz's language.
func (p *Picture) WriteDOT(w io.Writer) error {
	out := bufio.NewWriter(w)
	fmt.Fprintf(out, "digraph gorgpt {\n\tlabel=%s; labelloc=t; fontsize=20; fontname=%s; compound=true;\n", quote(p.title), quote(fonts))
	fmt.Fprintf(out, "\trankdir=%s; ranksep=0.35; nodesep=0.25; newrank=true;\n", p.direction())
	fmt.Fprintf(out, "\tnode [fontname=%s, fontsize=10];\n", quote(fonts))
	fmt.Fprintf(out, "\tedge [fontname=%s, fontsize=9, arrowsize=0.6, labeldistance=1.6];\n", quote(fonts))
	p.writeCluster(out, nil)
	for _, e := range p.merged() {
		fmt.Fprintf(out, "\t%s;\n", p.edgeText(e))
	}
	for _, l := range p.level {
		fmt.Fprintf(out, "\t{rank=same; %s; %s};\n", p.boxes[l[0]].id, p.boxes[l[1]].id)
	}
	p.writeTurn(out)
	p.writeLegend(out)
	fmt.Fprintln(out, "}")
	return out.Flush()
}

// direction is the direction of the arrows: down, but to the right if there is no forward pass.
// An update has all parameters side by side, and a page can be long but not wide.
func (p *Picture) direction() string {
	if slices.ContainsFunc(p.boxes, func(b *box) bool { return b.role == graph.Activation }) {
		return "TB"
	}
	return "LR"
}

// writeCluster writes the boxes of a scope, then the scopes in it.
func (p *Picture) writeCluster(out io.Writer, path []string) {
	indent := strings.Repeat("\t", len(path)+1)
	if len(path) > 0 {
		fmt.Fprintf(out, "%ssubgraph %s {\n", indent[1:], quote("cluster_"+strings.Join(path, "/")))
		fmt.Fprintf(out, "%slabel=\"\"; style=%s; color=gray40; margin=10;\n", indent, clusterStyle(path))
		p.writeTitle(out, indent, path)
	}
	var inner []string
	for _, b := range p.boxes {
		switch {
		case slices.Equal(b.path, path):
			fmt.Fprintf(out, "%s%s [%s];\n", indent, b.id, p.boxText(b))
		case len(b.path) > len(path) && slices.Equal(b.path[:len(path)], path) && !slices.Contains(inner, b.path[len(path)]):
			inner = append(inner, b.path[len(path)])
		}
	}
	for _, name := range inner {
		p.writeCluster(out, append(slices.Clip(path), name))
	}
	if len(path) > 0 {
		fmt.Fprintf(out, "%s}\n", indent[1:])
	}
}

// writeTitle writes the title of a cluster as a node above its boxes. Arrows would run over its label.
func (p *Picture) writeTitle(out io.Writer, indent string, path []string) {
	label, id := p.clusterLabel(path), quote("title "+strings.Join(path, "/"))
	fmt.Fprintf(out, "%s%s [label=%s, shape=plaintext, fontsize=%g, height=0.2, margin=\"0.05,0\", width=%.2f];\n",
		indent, id, quote(label), frameSize, textWidth(label, frameSize)/72)
	first := func(b *box) bool { return len(b.path) >= len(path) && slices.Equal(b.path[:len(path)], path) }
	fmt.Fprintf(out, "%s%s -> %s [style=invis];\n", indent, id, p.boxes[slices.IndexFunc(p.boxes, first)].id)
}

// merged are the arrows with those from one box to another as one, which has all labels.
func (p *Picture) merged() (all []*edge) {
	for _, e := range p.edges {
		same := func(o *edge) bool { return o.from == e.from && o.to == e.to && o.course == e.course }
		if i := slices.IndexFunc(all, same); i >= 0 {
			all[i].label += "\n" + e.label
			continue
		}
		one := *e
		all = append(all, &one)
	}
	return all
}

func clusterStyle(path []string) string {
	if len(path) == 1 {
		return "\"rounded,bold\""
	}
	return "rounded"
}

// clusterLabel is the name of a scope and the sums over it.
func (p *Picture) clusterLabel(path []string) string {
	params, work, times := 0, 0, 1
	for _, b := range p.boxes {
		if len(b.path) >= len(path) && slices.Equal(b.path[:len(path)], path) {
			params += p.sum(b, parameters)
			work += p.sum(b, flops)
			times = b.times
		}
	}
	label, each := path[len(path)-1], ""
	if times > 1 {
		label, each = fmt.Sprintf("%s  × %d", label, times), " each"
	}
	if params > 0 {
		label += "   " + grouped(params) + " parameters" + each
	}
	if work > 0 {
		label += "   " + scaled(work) + "FLOP" + each
	}
	return label
}

// dress is the text of a box, its colour and that of the text.
func (p *Picture) dress(b *box) (lines []string, fill, font string) {
	lines, fill, font = p.lines(b), lookOf(b.role).fill, "black"
	if p.times != nil && p.nodes[b.nodes[0]].Calls > 0 {
		fill, font = p.times.color(b.took)
		lines = append(lines, p.times.text(b.took))
	}
	return lines, fill, font
}

func (p *Picture) boxText(b *box) string {
	l := lookOf(b.role)
	lines, fill, font := p.dress(b)
	text := fmt.Sprintf("label=%s, tooltip=%s, shape=%s, margin=%q, width=%.2f, style=%s, fillcolor=%s",
		quote(strings.Join(lines, "\n")), quote(p.tooltip(b)), l.shape, l.margin, l.width(lines), l.style, quote(fill))
	if font != "black" {
		text += ", fontcolor=" + font
	}
	return text
}

// tooltip names the nodes of a box.
func (p *Picture) tooltip(b *box) string {
	const most = 12
	var lines []string
	for k, i := range b.nodes {
		x := p.nodes[i]
		if k == most {
			lines = append(lines, fmt.Sprintf("… %d more", len(b.nodes)-most))
			break
		}
		line := x.Name + ": " + string(x.Role) + " " + shape(x)
		if x.FLOPs > 0 {
			line += ", " + scaled(x.FLOPs) + "FLOP"
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "\n")
}

func (p *Picture) edgeText(e *edge) string {
	from, to := p.boxes[e.from].id, p.boxes[e.to].id
	var attrs []string
	switch e.course {
	case up:
		from, to = to, from
		attrs = append(attrs, "dir=back")
	case aside:
		attrs = append(attrs, "style=dashed", "color=gray50", "constraint=false")
	case next:
		attrs = append(attrs, "style=dotted", "constraint=false")
	}
	if e.course <= up && !slices.Equal(p.boxes[e.from].path, p.boxes[e.to].path) {
		attrs = append(attrs, "minlen=2") // room for the parameters of the part that follows
	}
	if e.label != "" {
		end := "label"
		if p.detail == Op && !strings.Contains(e.label, "\n") {
			end = "headlabel"
			if e.course == up {
				end = "taillabel"
			}
		}
		attrs = append(attrs, end+"="+quote(e.label))
	}
	if len(attrs) == 0 {
		return from + " -> " + to
	}
	return fmt.Sprintf("%s -> %s [%s]", from, to, strings.Join(attrs, ", "))
}

// writeTurn puts the beginning of the backward pass below the end of the forward pass.
func (p *Picture) writeTurn(out io.Writer) {
	loss, one := -1, -1
	for i, x := range p.nodes {
		switch {
		case x.Role == graph.Activation:
			loss = p.home[i]
		case x.Role == graph.Gradient && len(x.In) == 0: // ∂loss/∂loss
			one = p.home[i]
		}
	}
	if loss >= 0 && one >= 0 {
		fmt.Fprintf(out, "\t%s -> %s [style=invis];\n", p.boxes[loss].id, p.boxes[one].id)
	}
}

// quote writes a DOT string; line breaks become centred lines.
func quote(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`).Replace(s) + `"`
}
