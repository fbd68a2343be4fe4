package draw

import (
	"fmt"
	"strconv"
	"strings"

	"gorgpt/graph"
)

// fold is a run of blocks that are alike, drawn as one.
type fold struct {
	name        string // "h.0 … h.11"
	first, last string // the first names of their scopes
	count       int
}

// fold returns the one that a node is in.
func (p *Picture) fold(x graph.Info) (fold, bool) {
	if len(x.Scope) == 0 {
		return fold{}, false
	}
	f, found := p.folds[x.Scope[0]]
	return f, found
}

// findFolds finds the blocks name.N, name.N+1, … that have the same nodes.
func findFolds(nodes []graph.Info) map[string]fold {
	var order []string // of the first names
	content := map[string]*strings.Builder{}
	for _, x := range nodes {
		if len(x.Scope) == 0 {
			continue
		}
		top := x.Scope[0]
		if content[top] == nil {
			order = append(order, top)
			content[top] = new(strings.Builder)
		}
		fmt.Fprintln(content[top], x.Scope[1:], x.Kind, x.Role, x.Note, x.Shape)
	}
	folds := map[string]fold{}
	for from := 0; from < len(order); {
		to := from + 1
		for to < len(order) && follows(order[to-1], order[to]) && content[order[to]].String() == content[order[from]].String() {
			to++
		}
		if to-from > 1 {
			first, last := order[from], order[to-1]
			for _, name := range order[from:to] {
				folds[name] = fold{name: first + " … " + last, first: first, last: last, count: to - from}
			}
		}
		from = to
	}
	return folds
}

// follows reports whether b is the name after a: h.4 after h.3.
func follows(a, b string) bool {
	nameA, na, okA := strings.Cut(a, ".")
	nameB, nb, okB := strings.Cut(b, ".")
	i, errA := strconv.Atoi(na)
	j, errB := strconv.Atoi(nb)
	return okA && okB && nameA == nameB && errA == nil && errB == nil && j == i+1
}
