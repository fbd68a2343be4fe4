package score

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

// pairs are gold and predicted classes as the definitions of scikit-learn see them: lists of rows,
// no matrix.
type pairs struct{ gold, predicted []int }

// count counts the rows for which is holds.
func (x pairs) count(is func(g, p int) bool) float64 {
	n := 0.0
	for i := range x.gold {
		if is(x.gold[i], x.predicted[i]) {
			n++
		}
	}
	return n
}

// of returns tp/(tp+fp), tp/(tp+fn) and 2PR/(P+R) of a class, each 0 if it is undefined.
func (x pairs) of(k int) (precision, recall, f1 float64) {
	tp := x.count(func(g, p int) bool { return g == k && p == k })
	fp := x.count(func(g, p int) bool { return g != k && p == k })
	fn := x.count(func(g, p int) bool { return g == k && p != k })
	if tp == 0 {
		return 0, 0, 0
	}
	precision, recall = tp/(tp+fp), tp/(tp+fn)
	return precision, recall, 2 * precision * recall / (precision + recall)
}

// matthews is Pearson's correlation of the rows' indicator vectors, from the covariances of their
// columns.
func (x pairs) matthews(k int) float64 {
	n := float64(len(x.gold))
	covariance := func(a, b []int) (sum float64) {
		for c := range k {
			var ab, sa, sb float64
			for i := range a {
				u, v := 0.0, 0.0
				if a[i] == c {
					u = 1
				}
				if b[i] == c {
					v = 1
				}
				ab, sa, sb = ab+u*v, sa+u, sb+v
			}
			sum += ab/n - sa/n*sb/n
		}
		return sum
	}
	below := covariance(x.gold, x.gold) * covariance(x.predicted, x.predicted)
	if below < 1e-18 {
		return 0
	}
	return covariance(x.gold, x.predicted) / math.Sqrt(below)
}

// The measures of 20 random sets of labels equal the definitions of scikit-learn, with zero_division=0.
func TestMeasuresEqualTheDefinitionsOfScikitLearn(t *testing.T) {
	for set := range 20 {
		r := rand.New(rand.NewPCG(uint64(set), 7))
		k, n := 2+r.IntN(12), 1+r.IntN(80)
		x := pairs{}
		for range n {
			g := min(r.IntN(k), r.IntN(k)) // uneven, so that some classes lack rows
			p := g
			if r.IntN(3) == 0 {
				p = r.IntN(k)
			}
			x.gold, x.predicted = append(x.gold, g), append(x.predicted, p)
		}
		name := fmt.Sprintf("set %d: %d rows of %d classes", set, n, k)
		c := NewConfusion(k, x.gold, x.predicted)
		macro, weighted, present := 0.0, 0.0, 0.0
		for class := range k {
			precision, recall, f1 := x.of(class)
			support := x.count(func(g, _ int) bool { return g == class })
			require.InDelta(t, precision, c.Precision(class), 1e-12, name)
			require.InDelta(t, recall, c.Recall(class), 1e-12, name)
			require.InDelta(t, f1, c.F1(class), 1e-12, name)
			require.EqualValues(t, support, c.Support(class), name)
			require.EqualValues(t, x.count(func(_, p int) bool { return p == class }), c.Predicted(class), name)
			if x.count(func(g, p int) bool { return g == class || p == class }) > 0 { // labels=None: those that occur
				macro, present = macro+f1, present+1
			}
			weighted += f1 * support / float64(n)
		}
		require.InDelta(t, macro/present, c.MacroF1(c.Present()), 1e-12, name)
		require.InDelta(t, weighted, c.WeightedF1(), 1e-12, name)
		require.InDelta(t, x.count(func(g, p int) bool { return g == p })/float64(n), c.Accuracy(), 1e-12, name)
		require.InDelta(t, x.matthews(k), c.Matthews(), 1e-9, name)
	}
}

// The measures of 20 random sets of several labels equal those of scikit-learn's indicator matrices,
// each label by itself.
func TestMeasuresOfSetsEqualTheDefinitionsOfScikitLearn(t *testing.T) {
	for set := range 20 {
		r := rand.New(rand.NewPCG(uint64(set), 8))
		k, n := 1+r.IntN(6), 1+r.IntN(40)
		s, columns, all, same := Sets{}, make([]pairs, k), pairs{}, 0.0
		for range n {
			gold, predicted, equal := make([]bool, k), make([]bool, k), 1.0
			for j := range k {
				g := r.IntN(3) / 2
				p := g
				if r.IntN(4) == 0 {
					p = 1 - g
					equal = 0
				}
				gold[j], predicted[j] = g == 1, p == 1
				columns[j].gold, columns[j].predicted = append(columns[j].gold, g), append(columns[j].predicted, p)
				all.gold, all.predicted = append(all.gold, g), append(all.predicted, p)
			}
			same += equal
			s.Gold, s.Predicted = append(s.Gold, gold), append(s.Predicted, predicted)
		}
		macro, weighted, total := 0.0, 0.0, 0.0
		for j, b := range s.Labels() {
			precision, recall, f1 := columns[j].of(1)
			support := columns[j].count(func(g, _ int) bool { return g == 1 })
			require.InDeltaSlice(t, []float64{precision, recall, f1}, []float64{b.Precision(), b.Recall(), b.F1()}, 1e-12)
			require.EqualValues(t, support, b.Support())
			macro, weighted, total = macro+f1/float64(k), weighted+f1*support, total+support
		}
		_, _, micro := all.of(1)
		require.InDelta(t, micro, s.MicroF1(), 1e-12)
		require.InDelta(t, macro, s.MacroF1(), 1e-12)
		require.InDelta(t, weighted/max(total, 1), s.WeightedF1(), 1e-12)
		require.InDelta(t, same/float64(n), s.Accuracy(), 1e-12)
	}
}

// Correlations of 20 random sets equal their definitions: Pearson's over all pairs of rows, and
// Spearman's as Pearson's of ranks, which are counted.
func TestCorrelationsEqualTheirDefinitions(t *testing.T) {
	pearson := func(x, y []float64) float64 {
		var xy, xx, yy float64
		for i := range x {
			for j := range x {
				dx, dy := x[i]-x[j], y[i]-y[j]
				xy, xx, yy = xy+dx*dy, xx+dx*dx, yy+dy*dy
			}
		}
		if xx*yy == 0 {
			return 0
		}
		return xy / math.Sqrt(xx*yy)
	}
	rank := func(x []float64) []float64 {
		out := make([]float64, len(x))
		for i := range x {
			less, equal := 0., 0.
			for j := range x {
				if x[j] < x[i] {
					less++
				} else if x[j] == x[i] {
					equal++
				}
			}
			out[i] = less + (equal+1)/2
		}
		return out
	}
	for set := range 20 {
		r := rand.New(rand.NewPCG(uint64(set), 9))
		x, y := make([]float64, 1+r.IntN(40)), []float64{}
		for i := range x {
			x[i] = float64(r.IntN(6)) // with ties
			y = append(y, x[i]+3*r.NormFloat64())
		}
		require.InDelta(t, pearson(x, y), Pearson(x, y), 1e-9, "set %d", set)
		require.InDelta(t, pearson(rank(x), rank(y)), Spearman(x, y), 1e-9, "set %d", set)
	}
}
