package graph

import (
	"bufio"
	"fmt"
	"io"
	"regexp"
	"sort"
	"strconv"
	"strings"

	"gorgonia.org/gorgonia"
)

// WriteDOT writes the graph in Graphviz's language, data flowing downwards, with
// one cluster a layer. Each node shows its operation and shape. Parameters are
// cylinders, inputs ellipses, activations boxes, gradients and updates hexagons;
// an addition that Gorgonia inserted between gradients is a plain circle. A
// parameter is one node, however many input nodes bind it. The output depends on
// the graph alone.
func (g *Graph) WriteDOT(w io.Writer) error {
	if g.err != nil {
		return g.err
	}
	out := bufio.NewWriter(w)
	fmt.Fprintln(out, "digraph gpt1 {")
	fmt.Fprintln(out, "\tnode [fontname=\"Helvetica\", fontsize=10, style=filled, fillcolor=white];")
	layers, names := map[string][]*gorgonia.Node{}, []string{}
	for _, n := range g.eg.AllNodes() {
		layer := layerOf(n.Name())
		if layers[layer] == nil {
			names = append(names, layer)
		}
		layers[layer] = append(layers[layer], n)
	}
	sort.Strings(names)
	for i, layer := range names {
		indent := "\t"
		if layer != "" {
			fmt.Fprintf(out, "\tsubgraph cluster_%d {\n\t\tlabel=%s; style=rounded;\n", i, quote(layer))
			indent = "\t\t"
		}
		drawn := map[string]bool{}
		for _, n := range layers[layer] {
			if id := g.dotID(n); !drawn[id] {
				drawn[id] = true
				fmt.Fprintf(out, "%s%s [%s];\n", indent, id, g.dotNode(n))
			}
		}
		if layer != "" {
			fmt.Fprintln(out, "\t}")
		}
	}
	for _, n := range g.eg.AllNodes() {
		for _, c := range g.children(n) {
			fmt.Fprintf(out, "\t%s -> %s;\n", g.dotID(c), g.dotID(n))
		}
	}
	fmt.Fprintln(out, "}")
	return out.Flush()
}

// dotID is the same for all input nodes that bind one parameter.
func (g *Graph) dotID(n *gorgonia.Node) string {
	if p := g.params[n]; p != nil {
		return quote(p.Name)
	}
	return "n" + strconv.FormatInt(n.ID(), 10)
}

// dotNode returns the attributes of a node.
func (g *Graph) dotNode(n *gorgonia.Node) string {
	label, shape, color := n.Name(), "ellipse", "white"
	switch o := g.ops[n]; {
	case g.params[n] != nil:
		label, shape, color = g.params[n].Name, "cylinder", "lightyellow"
	case o != nil && (o.full || o.kind == "adam"):
		label, shape, color = o.kind, "hexagon", "mistyrose"
	case o != nil:
		label, shape, color = o.kind, "box", "aliceblue"
	case n.Op() != nil:
		label, shape = strings.Fields(n.Op().String())[0], "circle"
	}
	dims := "scalar"
	if s := n.Shape(); len(s) > 0 {
		dims = fmt.Sprint([]int(s))
	}
	return fmt.Sprintf("label=%s, tooltip=%s, shape=%s, fillcolor=%s", quote(label+"\n"+dims), quote(n.Name()), shape, color)
}

var layerPattern = regexp.MustCompile(`^(h\.\d+|lm|head|[a-z]+_embed)\b`)

// layerOf returns the layer that a node's name begins with, or "".
func layerOf(name string) string { return layerPattern.FindString(name) }

// quote writes a DOT string; line breaks become centred lines.
func quote(s string) string {
	s = strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`).Replace(s)
	return `"` + s + `"`
}
