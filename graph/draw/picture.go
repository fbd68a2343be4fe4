package draw

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"gorgpt/graph"
)

// Picture is a drawing of a graph.
type Picture struct {
	title  string
	detail Level
	nodes  []graph.Info
	folds  map[string]fold // by the first name of a scope
	boxes  []*box          // in the order of their first nodes
	edges  []*edge
	home   []int    // the box of each node, or -1
	level  [][2]int // boxes that are drawn side by side
	times  *Times
}

// box is one node of a picture, and one or more of the graph.
type box struct {
	id    string
	title string
	path  []string // the clusters it is in
	role  graph.Role
	nodes []int // of the first block, if the box represents several
	times int   // the number of blocks that it represents
	last  int   // the node whose value the rest of the graph reads
	took  time.Duration
}

// New arranges the nodes of a graph. times may be nil.
func New(title string, nodes []graph.Info, level Level, times *Times) *Picture {
	p := &Picture{title: title, detail: level, nodes: nodes, times: times}
	if level == Model {
		p.folds = findFolds(nodes)
	}
	p.arrange()
	p.connect()
	p.pair()
	return p
}

// arrange puts every node into a box.
func (p *Picture) arrange() {
	inside := p.containers()
	byKey, loose := map[string]int{}, map[string]int{}
	p.home = make([]int, len(p.nodes))
	for i, x := range p.nodes {
		p.home[i] = -1
		if undrawn(x) {
			continue
		}
		key, title, path := p.place(i, inside)
		if p.detail != Op && len(x.Scope) == 1 && inside[x.Scope[0]] { // of a block, but of no part
			of := x.Scope[0] + " " + key
			loose[of]++
			key = fmt.Sprintf("%s #%d", key, loose[of])
		}
		at, found := byKey[key]
		if !found {
			at = len(p.boxes)
			byKey[key] = at
			p.boxes = append(p.boxes, &box{id: fmt.Sprintf("n%d", at), title: title, path: path, role: x.Role, times: 1})
		}
		p.home[i] = at
		b := p.boxes[at]
		b.took += x.Time
		f, folded := p.fold(x)
		if folded {
			b.times = f.count
		}
		if !folded || x.Scope[0] == f.first {
			b.nodes = append(b.nodes, i)
		}
	}
	p.findLast()
}

// undrawn reports whether a node is left out: the random inputs. The label of each op with
// dropout already shows them.
func undrawn(x graph.Info) bool { return strings.HasPrefix(x.Name, "rng.") }

// containers are the first names of scopes that have parts.
func (p *Picture) containers() map[string]bool {
	inside := map[string]bool{}
	for _, x := range p.nodes {
		if len(x.Scope) > 1 || p.detail == Op && len(x.Scope) > 0 {
			inside[x.Scope[0]] = true
		}
	}
	return inside
}

// place returns the key, the title and the clusters of a node's box.
func (p *Picture) place(i int, inside map[string]bool) (key, title string, path []string) {
	x := p.nodes[i]
	scope := slices.Clone(x.Scope)
	if f, folded := p.fold(x); folded {
		scope[0] = f.name
	}
	switch {
	case p.detail == Op:
		return x.Name, opTitle(x), scope[:min(len(scope), 2)]
	case len(scope) == 0 || x.Role == graph.Parameter && p.shared(i):
		if len(scope) > 0 && !inside[x.Scope[0]] {
			scope = nil
		}
		return x.Name, opTitle(x), scope[:min(len(scope), 1)]
	case len(scope) == 1 && inside[x.Scope[0]]:
		return scope[0] + " " + x.Kind + " " + string(x.Role), x.Kind, scope
	}
	part := scope[:min(len(scope), 2)]
	return strings.Join(part, " ") + " " + string(x.Role), part[len(part)-1], part[:len(part)-1]
}

// shared reports whether a parameter is used by more than one part of the model.
func (p *Picture) shared(i int) bool {
	part := p.part(p.nodes[i])
	for _, x := range p.nodes {
		for _, in := range x.In {
			if in.Node == i && x.Role == graph.Activation && p.part(x) != part {
				return true
			}
		}
	}
	return false
}

func (p *Picture) part(x graph.Info) string { return strings.Join(x.Scope[:min(len(x.Scope), 2)], " ") }

// findLast finds the node of each box whose value leaves it.
func (p *Picture) findLast() {
	for _, b := range p.boxes {
		b.last = b.nodes[len(b.nodes)-1]
	}
	leaves := make([]bool, len(p.nodes))
	for i, x := range p.nodes {
		for _, in := range x.In {
			if p.home[in.Node] != p.home[i] && p.nodes[in.Node].Role == x.Role {
				leaves[in.Node] = true
			}
		}
	}
	for _, b := range p.boxes {
		for _, i := range b.nodes {
			if leaves[i] {
				b.last = i
			}
		}
	}
}

// pair finds the boxes of the backward pass that belong beside one of the forward pass.
func (p *Picture) pair() {
	byName := map[string]int{}
	for i, b := range p.boxes {
		name := strings.Join(append(slices.Clip(b.path), b.title), " ")
		if p.detail == Op {
			name = p.nodes[b.nodes[0]].Name
		}
		switch at, found := byName[strings.TrimSuffix(name, ".dx")]; {
		case b.role == graph.Activation:
			byName[name] = i
		case b.role == graph.Gradient && found && len(p.nodes[b.nodes[0]].In) > 0:
			p.level = append(p.level, [2]int{at, i})
		}
	}
}

// sum adds a figure of all nodes of a box.
func (p *Picture) sum(b *box, of func(x graph.Info) int) int {
	n := 0
	for _, i := range b.nodes {
		n += of(p.nodes[i])
	}
	return n
}

func parameters(x graph.Info) int { return x.Parameters }
func flops(x graph.Info) int      { return x.FLOPs }
func read(x graph.Info) int       { return x.Read }
func written(x graph.Info) int    { return x.Written }
