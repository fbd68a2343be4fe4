package draw

import (
	"slices"

	"gorgpt/graph"
)

// lane is where a box stands from left to right.
func (p *Picture) lane(i int) int {
	update := p.direction() == "LR"
	switch b := p.boxes[i]; {
	case b.role == graph.Input || b.role == graph.Parameter || b.role == graph.State:
		return leaves
	case !update && b.role == graph.Gradient:
		return final
	case update && b.role == graph.Update:
		feeds := func(e *edge) bool { return e.from == i && p.boxes[e.to].role == graph.Update }
		if slices.ContainsFunc(p.edges, feeds) {
			return middle
		}
		return final
	}
	return first
}

// fillRows makes a row for each computation, then finds places for gradients and leaves.
func (l *layout) fillRows() {
	update := l.direction() == "LR"
	for i, b := range l.boxes {
		if l.at[i].lane != leaves && b.role != graph.Gradient {
			l.put(i, l.insert(b.path, len(l.rows)))
		}
	}
	beside := map[int]int{}
	for _, pair := range l.level {
		beside[pair[1]] = pair[0]
	}
	before := len(l.rows) // the backward pass runs upwards
	for i, b := range l.boxes {
		if b.role != graph.Gradient {
			continue
		}
		of, found := beside[i]
		if update {
			of = l.reader(i)
			found = of >= 0
		}
		var r *rung
		if found {
			r = l.at[of].rung
		}
		if r == nil || r.boxes[l.at[i].lane] >= 0 || !slices.Equal(r.path, b.path) {
			r = l.insert(b.path, min(before, len(l.rows)))
		}
		l.put(i, r)
		before = slices.Index(l.rows, r)
	}
	for i, b := range l.boxes {
		if l.at[i].lane != leaves {
			continue
		}
		at, r := 0, (*rung)(nil)
		if of := l.reader(i); of >= 0 {
			r = l.at[of].rung
			at = slices.Index(l.rows, r)
		}
		if r == nil || !slices.Equal(r.path, b.path) {
			r = l.insert(b.path, at)
		}
		r.leaves = append(r.leaves, i)
		l.at[i].rung = r
	}
}

func (l *layout) put(i int, r *rung) { r.boxes[l.at[i].lane], l.at[i].rung = i, r }

// reader is the box beside which one that is read belongs: of the same part if possible, and
// of the forward pass.
func (l *layout) reader(i int) int {
	best, most := -1, -1
	for _, e := range l.edges {
		if e.from != i || l.at[e.to].rung == nil {
			continue
		}
		score := 0
		for k, good := range []bool{l.boxes[e.to].role != graph.Gradient, l.boxes[e.to].title == l.boxes[i].title, slices.Equal(l.boxes[e.to].path, l.boxes[i].path)} {
			if good {
				score += 1 << k
			}
		}
		if score > most {
			best, most = e.to, score
		}
	}
	return best
}

// insert adds a row as near to a position as the frames allow.
func (l *layout) insert(path []string, at int) *rung {
	r := &rung{path: path}
	for i := range r.boxes {
		r.boxes[i] = -1
	}
	for d := 0; d <= len(l.rows); d++ {
		for _, k := range []int{at - d, at + d} {
			if k >= 0 && k <= len(l.rows) && l.fits(path, k) {
				l.rows = slices.Insert(l.rows, k, r)
				return r
			}
		}
	}
	l.rows = append(l.rows, r) // not reached: a row always fits beside one of the longest common scope
	return r
}

// fits reports whether a row at position k splits no frame, its own ones included.
func (l *layout) fits(path []string, k int) bool {
	var above, below []string
	if k > 0 {
		above = l.rows[k-1].path
	}
	if k < len(l.rows) {
		below = l.rows[k].path
	}
	near := max(common(path, above), common(path, below))
	if common(path, above) < common(above, below) {
		return false
	}
	for _, r := range l.rows {
		if common(path, r.path) > near {
			return false
		}
	}
	return true
}

// common counts the scopes that two paths begin with.
func common(a, b []string) int {
	n := 0
	for n < min(len(a), len(b)) && a[n] == b[n] {
		n++
	}
	return n
}
