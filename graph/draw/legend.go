package draw

import (
	"fmt"
	"io"
	"strings"
)

// writeLegend explains shapes, colours and arrows that occur.
func (p *Picture) writeLegend(out io.Writer) {
	fmt.Fprint(out, "\tsubgraph cluster_legend {\n\t\tlabel=legend; style=dashed; fontsize=12; color=gray40;\n")
	for _, l := range looks {
		for _, b := range p.boxes {
			if b.role == l.role {
				fmt.Fprintf(out, "\t\tlegend_%s [label=%s, shape=%s, style=%s, fillcolor=%s];\n", l.role, quote(l.what), l.shape, l.style, quote(l.fill))
				break
			}
		}
	}
	if lines := p.notes(); len(lines) > 0 {
		fmt.Fprintf(out, "\t\tlegend_notes [label=%s, shape=plaintext];\n", quote(strings.Join(lines, "\n")))
	}
	if p.times != nil {
		p.times.writeLegend(out)
	}
	fmt.Fprintln(out, "\t}")
}

func (p *Picture) notes() []string {
	var lines []string
	courses := map[course]bool{}
	for _, e := range p.edges {
		courses[e.course] = true
	}
	if courses[up] {
		lines = append(lines, "the backward pass runs upwards")
	}
	if courses[aside] {
		lines = append(lines, "dashed: kept for the backward pass")
	}
	if courses[next] {
		lines = append(lines, "dotted: between blocks")
	}
	for _, x := range p.nodes {
		if undrawn(x) {
			lines = append(lines, "dropout masks come from seed, step and", "sequence number, which are not drawn")
			break
		}
	}
	lines = append(lines, "FLOP and bytes of one run; k, M, G: powers of 1000")
	return lines
}
