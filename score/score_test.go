package score

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
)

// The expected values were computed by hand.

func TestClasses(t *testing.T) {
	for _, c := range []struct {
		name                           string
		k                              int
		gold, predicted                []int
		accuracy, always1, f1, matthew float64
	}{
		// Right: 2 of class 1, 3 of class 0; one miss, two false alarms.
		// F1 = 4/(4+1+2); Matthews = (2·3 − 2·1)/√(4·3·5·4).
		{
			"two classes", 2,
			[]int{1, 1, 1, 0, 0, 0, 0, 0},
			[]int{1, 1, 0, 0, 0, 0, 1, 1},
			5. / 8, 3. / 8, 4. / 7, 4 / math.Sqrt(240),
		},
		{"all right", 2, []int{0, 1, 1}, []int{0, 1, 1}, 1, 2. / 3, 1, 1},
		{"all wrong", 2, []int{0, 1, 1}, []int{1, 0, 0}, 0, 2. / 3, 0, -1},
		{"one class predicted", 2, []int{0, 1, 1}, []int{1, 1, 1}, 2. / 3, 2. / 3, 4. / 5, 0},
		{"class 1 absent", 2, []int{0, 0}, []int{0, 0}, 1, 0, 0, 0},
		// 5 of 6 right, gold 2 2 2, predicted 1 3 2: (6·5 − 12)/√((36−12)(36−14)).
		{
			"three classes", 3,
			[]int{0, 0, 1, 1, 2, 2},
			[]int{0, 1, 1, 1, 2, 2},
			5. / 6, 2. / 6, 4. / 5, (6*5 - 12) / math.Sqrt(24*22),
		},
		{"empty", 2, nil, nil, 0, 0, 0, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := NewConfusion(c.k, c.gold, c.predicted)
			require.InDelta(t, c.accuracy, m.Accuracy(), 1e-12)
			require.InDelta(t, c.always1, m.Always(1), 1e-12)
			require.InDelta(t, c.f1, m.F1(1), 1e-12)
			require.InDelta(t, c.matthew, m.Matthews(), 1e-12)
		})
	}
}

func TestMajority(t *testing.T) {
	require.Equal(t, 2, Majority(3, []int{0, 2, 1, 2}))
	require.Equal(t, 1, Majority(3, []int{2, 1, 2, 1}), "the first among equals")
}

func TestScores(t *testing.T) {
	for _, c := range []struct {
		name                       string
		gold, predicted            []float64
		pearson, spearman, squared float64
	}{
		{"linear", []float64{1, 2, 3}, []float64{3, 5, 7}, 1, 1, (4. + 9 + 16) / 3},
		{"falling", []float64{1, 2, 3}, []float64{3, 2, 1}, -1, -1, 8. / 3},
		// The differences from the means are −1.5 −.5 .5 1.5 and −6.5 −3.5 1.5 8.5. Their
		// products add up to 25, their squares to 5 and 129.
		{"monotonic", []float64{1, 2, 3, 4}, []float64{1, 4, 9, 16}, 25 / math.Sqrt(5*129), 1, (0. + 4 + 36 + 144) / 4},
		// The ranks are 1 2.5 2.5 4 and 1 3 2 4. The products of the differences from the means
		// add up to 3, for ranks to 4.5; their squares add up to 2 and 5, for ranks to 4.5 and 5.
		{"ties", []float64{1, 2, 2, 3}, []float64{0, 2, 1, 3}, 3 / math.Sqrt(2*5), 4.5 / math.Sqrt(4.5*5), 2. / 4},
		{"constant", []float64{1, 2, 3}, []float64{2, 2, 2}, 0, 0, 2. / 3},
		{"both constant", []float64{.1, .1, .1}, []float64{.2, .2, .2}, 0, 0, .01}, // the mean is not exactly .1
		{"empty", nil, nil, 0, 0, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			require.InDelta(t, c.pearson, Pearson(c.gold, c.predicted), 1e-12)
			require.InDelta(t, c.spearman, Spearman(c.gold, c.predicted), 1e-12)
			require.InDelta(t, c.squared, SquaredError(c.gold, c.predicted), 1e-12)
		})
	}
}
