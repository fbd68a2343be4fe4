package controls

import (
	"cmp"
	"slices"

	"gorgpt/heads"
)

// feature names a column: the kind of feature and two words or numbers.
type feature struct {
	kind kind
	a, b int32
}

// kind is the kind of a feature.
type kind int32

// adder adds x to the count of a feature.
type adder func(f feature, x float64)

// maxColumns bounds the columns of a control. The rarest features are dropped first.
const maxColumns = 1 << 18

// columns maps the features of a control that occur in the training examples to columns.
type columns struct {
	control control
	index   map[feature]int32
}

// newColumns finds the features that two or more training examples have. Column 0 is the constant.
func newColumns(c control, train *set) columns {
	type tally struct {
		feature  feature
		examples int // number of examples that have it
		last     int // number of the last such example, counted from 1
	}
	places := map[feature]int{}
	var tallies []tally
	for i, e := range train.examples {
		for k := range max(len(e.answers), 1) {
			c.features(e, k, func(f feature, _ float64) {
				at, found := places[f]
				if !found {
					at = len(tallies)
					places[f] = at
					tallies = append(tallies, tally{feature: f})
				}
				if t := &tallies[at]; t.last != i+1 {
					t.examples, t.last = t.examples+1, i+1
				}
			})
		}
	}
	slices.SortStableFunc(tallies, func(a, b tally) int { return cmp.Compare(b.examples, a.examples) })
	cols := columns{c, map[feature]int32{}}
	for _, t := range tallies {
		if t.examples < 2 || len(cols.index) == maxColumns {
			break
		}
		cols.index[t.feature] = int32(len(cols.index) + 1)
	}
	return cols
}

// design is a set as a sparse matrix, with its targets.
type design struct {
	rows     []vector // one for each example or answer
	first    []int    // first row of each example, then the number of rows
	most     int      // most rows of an example
	outputs  int      // columns of W: the number of classes, or 1
	features int      // rows of W
	gold     []int
	sets     []heads.Target // labels that apply; nil for classes and scores
	scores   []float64      // distance from the mean of the training scores in standard deviations; nil for classes

	mean, spread float64 // mean and standard deviation of the training scores
}

// vector is the row of a sparse matrix.
type vector []entry

type entry struct {
	column int32
	x      float32
}

// design builds the matrix of a set.
func (c columns) design(d *data, s *set) *design {
	m := &design{outputs: d.task.Outputs(d.space), features: len(c.index) + 1, gold: s.gold, spread: 1}
	if d.form == aSet {
		m.sets = s.targets
	}
	if d.form == aScore {
		m.mean, m.spread = d.mean, d.spread
		m.scores = make([]float64, len(s.scores))
		for i, x := range s.scores {
			m.scores[i] = (x - d.mean) / d.spread
		}
	}
	for _, e := range s.examples {
		n := max(len(e.answers), 1)
		m.first, m.most = append(m.first, len(m.rows)), max(m.most, n)
		for k := range n {
			m.rows = append(m.rows, c.vector(e, k))
		}
	}
	m.first = append(m.first, len(m.rows))
	return m
}

// vector counts the features of an example or of its answer k.
func (c columns) vector(e example, k int) vector {
	v := vector{{column: 0, x: 1}}
	c.control.features(e, k, func(f feature, x float64) {
		if column, found := c.index[f]; found {
			v = append(v, entry{column, float32(x)})
		}
	})
	slices.SortStableFunc(v, func(a, b entry) int { return cmp.Compare(a.column, b.column) })
	merged := v[:1]
	for _, e := range v[1:] {
		if last := &merged[len(merged)-1]; last.column == e.column {
			last.x += e.x
		} else {
			merged = append(merged, e)
		}
	}
	return slices.Clip(merged)
}
