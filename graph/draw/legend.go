package draw

import (
	"fmt"
	"io"
	"strings"
)

// writeLegend explains shapes, colours and arrows that occur.
func (p *Picture) writeLegend(out io.Writer) {
	fmt.Fprint(out, "\tsubgraph cluster_legend {\n\t\tlabel=legend; style=dashed; fontsize=12; color=gray40;\n")
	var items []string
	item := func(id, attrs string) {
		items = append(items, id)
		fmt.Fprintf(out, "\t\t%s [%s];\n", id, attrs)
	}
	for _, l := range looks {
		for _, b := range p.boxes {
			if b.role == l.role {
				item("legend_"+string(l.role), fmt.Sprintf("label=%s, shape=%s, width=%.2f, style=%s, fillcolor=%s",
					quote(l.what), l.shape, l.width([]string{l.what}), l.style, quote(l.fill)))
				break
			}
		}
	}
	if lines := p.notes(); len(lines) > 0 {
		item("legend_notes", fmt.Sprintf("label=%s, shape=plaintext", quote(strings.Join(lines, "\n"))))
	}
	if p.times != nil {
		for i, h := range heat {
			item(fmt.Sprintf("legend_heat%d", i), fmt.Sprintf("label=%s, shape=box, width=%.2f, style=filled, fillcolor=%s, fontcolor=%s",
				quote(heatLabel(i)), look{}.width([]string{heatLabel(i)}), quote(h.fill), h.font))
		}
		item("legend_runs", fmt.Sprintf("label=%s, shape=plaintext", quote(p.times.runs())))
	}
	if p.direction() == "TB" { // below each other, so that it is not wider than the drawing
		fmt.Fprintf(out, "\t\t%s [style=invis];\n", strings.Join(items, " -> "))
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
