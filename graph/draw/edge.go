package draw

import (
	"slices"

	"gorgpt/graph"
)

// edge is one arrow of a picture.
type edge struct {
	from, to int
	label    string
	course   course
}

// course is the direction of an arrow in the picture.
type course int

const (
	down  course = iota // forwards
	up                  // backwards: drawn against the order of the ranks, beside the forward pass
	aside               // from the forward to the backward pass
	next                // from one of several blocks drawn as one to the next
)

// connect draws the arrows between boxes, each once.
func (p *Picture) connect() {
	type key struct {
		from, to int
		label    string
		course   course
	}
	seen := map[key]bool{}
	ends := map[[2]int]map[string]bool{} // which blocks an arrow into or out of folded ones concerns
	for to, x := range p.nodes {
		for k, in := range x.In {
			from := in.Node
			a, b := p.home[from], p.home[to]
			if a < 0 || b < 0 {
				continue
			}
			block, other, crosses := p.crosses(from, to)
			if a == b && !crosses {
				continue
			}
			if block != "" && !crosses {
				if ends[[2]int{a, b}] == nil {
					ends[[2]int{a, b}] = map[string]bool{}
				}
				ends[[2]int{a, b}][block] = true
			}
			for _, label := range p.labels(from, to, k) {
				e := key{a, b, label, p.course(from, to)}
				if crosses {
					e.label = "to " + next1(block, other)
					if e.course == aside {
						e.label = ""
					}
					e.course = next
				}
				if !seen[e] {
					seen[e] = true
					p.edges = append(p.edges, &edge{e.from, e.to, e.label, e.course})
				}
			}
		}
	}
	for _, e := range p.edges {
		blocks := ends[[2]int{e.from, e.to}]
		if len(blocks) == 1 && e.label == "" && e.course != next {
			for name := range blocks {
				e.label = name + " only"
			}
		}
	}
}

// crosses returns the folded block in which an arrow begins or ends, and whether it leads from
// one block to another of the same fold.
func (p *Picture) crosses(from, to int) (block, other string, crosses bool) {
	a, inA := p.fold(p.nodes[from])
	b, inB := p.fold(p.nodes[to])
	switch {
	case inA && inB && a.name == b.name:
		first, second := p.nodes[from].Scope[0], p.nodes[to].Scope[0]
		return first, second, first != second
	case inA:
		return p.nodes[from].Scope[0], "", false
	case inB:
		return p.nodes[to].Scope[0], "", false
	}
	return "", "", false
}

// next1 reports which of two blocks follows the other.
func next1(from, to string) string {
	if follows(from, to) {
		return "next block"
	}
	return "block before"
}

func (p *Picture) course(from, to int) course {
	a, b := p.nodes[from].Role, p.nodes[to].Role
	switch {
	case b != graph.Gradient:
		return down
	case a == graph.Gradient:
		return up
	}
	return aside
}

// labels returns the label of each arrow of an operand.
func (p *Picture) labels(from, to, k int) []string {
	a, b := p.nodes[from], p.nodes[to]
	switch {
	case len(b.Parts) > 0 && k == 0 && len(b.In) > 0:
		return b.Parts
	case len(a.Parts) > 0 && a.Role == graph.Input:
		return a.Parts
	case p.detail == Op && p.operands(to) > 1:
		return []string{b.In[k].Role}
	}
	return []string{""}
}

// operands counts the drawn operands of a node.
func (p *Picture) operands(i int) int {
	drawn := []int{}
	for _, in := range p.nodes[i].In {
		if p.home[in.Node] >= 0 && !slices.Contains(drawn, in.Node) {
			drawn = append(drawn, in.Node)
		}
	}
	return len(drawn)
}
