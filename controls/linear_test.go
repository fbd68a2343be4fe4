package controls

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"gorgpt/heads"
)

// scored returns a design with one output for each example. Column 0 is the constant.
func scored(x [][]float64, y []float64) *design {
	m := &design{most: 1, outputs: 1, features: len(x[0]) + 1, scores: y, spread: 1, first: []int{0}}
	for _, row := range x {
		v := vector{{0, 1}}
		for j, value := range row {
			v = append(v, entry{int32(j + 1), float32(value)})
		}
		m.rows = append(m.rows, v)
		m.first = append(m.first, len(m.rows))
	}
	return m
}

// asked returns a design of questions with the given number of answers.
func asked(x [][]float64, gold []int, answers ...int) *design {
	m := scored(x, nil)
	m.gold, m.first, m.most = gold, []int{0}, slices.Max(answers)
	for i, n := range answers {
		m.first = append(m.first, m.first[i]+n)
	}
	return m
}

// chosen returns a design of classes, or of answers if there are more rows than labels.
func chosen(x [][]float64, classes int, gold ...int) *design {
	m := scored(x, nil)
	if n := len(x) / len(gold); n > 1 {
		return asked(x, gold, slices.Repeat([]int{n}, len(gold))...)
	}
	m.gold, m.outputs = gold, classes
	return m
}

func fitted(t *testing.T, m *design, lambda float64) []float64 {
	t.Helper()
	w, err := minimize(context.Background(), m, lambda, make([]float64, m.features*m.outputs))
	require.NoError(t, err)
	return w
}

// Least squares with a penalty and a free constant b have a closed form for one feature:
// w = cov(x,y)/(var(x)+λ), b = mean(y) − w·mean(x).
func TestRidge(t *testing.T) {
	x, y := [][]float64{{1}, {2}, {3}, {6}}, []float64{1, 3, 2, 8}
	const meanX, meanY = 3, 3.5
	const covariance, variance = (2*2.5 + 1*.5 + 0 + 3*4.5) / 4, (4. + 1 + 0 + 9) / 4
	for _, lambda := range []float64{1e-5, 0.1, 3} {
		slope := covariance / (variance + lambda)
		require.InDeltaSlice(t, []float64{meanY - slope*meanX, slope}, fitted(t, scored(x, y), lambda), 1e-5, "λ %v", lambda)
	}
}

// root finds the zero of an increasing function.
func root(f func(float64) float64) float64 {
	low, high := -100., 100.
	for range 100 {
		if middle := (low + high) / 2; f(middle) > 0 {
			high = middle
		} else {
			low = middle
		}
	}
	return low
}

func sigmoid(x float64) float64 { return 1 / (1 + math.Exp(-x)) }

// The feature is 1 or −1 and gives the class in four of five examples. By symmetry, the constants
// are equal, and the two weights are ±m/2 with σ(m) − 4/5 + λ·m/2 = 0.
func TestClasses(t *testing.T) {
	var x [][]float64
	var gold []int
	for i := range 10 {
		class, sign := i%2, float64(2*(i%2)-1)
		if i >= 8 {
			sign = -sign
		}
		x, gold = append(x, []float64{sign}), append(gold, class)
	}
	for _, lambda := range []float64{1e-5, 1e-2, 1} {
		m := root(func(m float64) float64 { return sigmoid(m) - 0.8 + lambda*m/2 })
		w := fitted(t, chosen(x, 2, gold...), lambda)
		require.InDelta(t, 0, w[1]-w[0], 1e-4)
		require.InDeltaSlice(t, []float64{-m / 2, m / 2}, w[2:], 2e-4, "λ %v", lambda)
	}
}

// Without features, the constants reproduce the shares of the classes.
func TestConstant(t *testing.T) {
	m := chosen(make([][]float64, 10), 3, 0, 0, 0, 0, 0, 1, 1, 1, 2, 2)
	w := fitted(t, m, 0.1)
	shares := -(.5*math.Log(.5) + .3*math.Log(.3) + .2*math.Log(.2))
	require.InDelta(t, shares, m.loss(w, nil), 1e-10)
	require.Equal(t, 0, largest(m.predictor(w)(9)))
}

// One of two answers has the feature, and this answer is right in four of five questions:
// σ(w) − 4/5 + λ·w = 0.
func TestAnswers(t *testing.T) {
	x := [][]float64{{1}, {0}, {0}, {1}, {1}, {0}, {0}, {1}, {1}, {0}}
	gold := []int{0, 1, 0, 1, 1} // the last one lacks the feature
	for _, lambda := range []float64{1e-3, 1} {
		w := root(func(w float64) float64 { return sigmoid(w) - 0.8 + lambda*w })
		// The constant is the same for all answers, so it has no gradient.
		require.InDeltaSlice(t, []float64{0, w}, fitted(t, chosen(x, 0, gold...), lambda), 1e-4, "λ %v", lambda)
	}
}

// The questions have one, two or three answers. The feature is right in three of the four questions
// with a choice. For three answers the softmax is over three.
func TestQuestionsWithDifferentNumbersOfAnswers(t *testing.T) {
	x := [][]float64{{1}, {0}, {0}, {1}, {0}, {5}, {1}, {0}}
	m := asked(x, []int{0, 1, 0, 1}, 2, 3, 1, 2)
	w := root(func(w float64) float64 {
		two, three := sigmoid(w), math.Exp(w)/(math.Exp(w)+2)
		return (two - 1) + (three - 1) + two + 4*0.1*w
	})
	require.InDeltaSlice(t, []float64{0, w}, fitted(t, m, 0.1), 1e-4)
	predict := m.predictor([]float64{0, 1})
	require.Len(t, predict(1), 3)
	require.Equal(t, 1, largest(predict(1)))
	require.Len(t, predict(2), 1)
}

func TestGradient(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	numbers := func(n int) []float64 {
		x := make([]float64, n)
		for i := range x {
			x[i] = rng.NormFloat64()
		}
		return x
	}
	x := make([][]float64, 12)
	for i := range x {
		x[i] = numbers(5)
	}
	for name, m := range map[string]*design{
		"scores":                 scored(x, numbers(12)),
		"classes":                chosen(x, 3, 0, 1, 2, 0, 1, 2, 2, 2, 1, 0, 0, 1),
		"answers":                chosen(x, 0, 2, 0, 1, 1),
		"any numbers of answers": asked(x, []int{1, 4, 2, 0}, 2, 5, 4, 1),
	} {
		t.Run(name, func(t *testing.T) {
			w := numbers(m.features * m.outputs)
			gradient := make([]float64, len(w))
			m.loss(w, gradient)
			const h = 1e-5
			for j := range w {
				up, down := slices.Clone(w), slices.Clone(w)
				up[j] += h
				down[j] -= h
				require.InDelta(t, (m.loss(up, nil)-m.loss(down, nil))/(2*h), gradient[j], 1e-8, "weight %d", j)
			}
		})
	}
}

// The penalty is the one with the least loss on dev: strong if the feature is useless there, weak
// if it decides everything.
func TestPenalty(t *testing.T) {
	x := [][]float64{{1}, {1}, {0}, {0}}
	train := chosen(x, 2, 1, 1, 0, 0)
	_, agrees, err := fit(context.Background(), train, chosen(x, 2, 1, 1, 0, 0))
	require.NoError(t, err)
	require.Equal(t, slices.Min(penalties), agrees)
	_, differs, err := fit(context.Background(), train, chosen(x, 2, 1, 0, 1, 0))
	require.NoError(t, err)
	require.Equal(t, slices.Max(penalties), differs)
}

func TestStopped(t *testing.T) {
	ctx, stop := context.WithCancel(context.Background())
	stop()
	m := scored([][]float64{{1}, {2}}, []float64{1, 3})
	_, _, err := fit(ctx, m, m)
	require.ErrorIs(t, err, context.Canceled)
	rows := unrelated(newRandom(1), heads.Entailment, 9)
	results, err := learnAndMeasure(ctx, heads.Entailment, rows, rows, rows)
	require.ErrorIs(t, err, context.Canceled)
	require.Nil(t, results)
}
