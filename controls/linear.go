package controls

import (
	"context"
	"math"
	"slices"

	"github.com/pkg/errors"
	"gonum.org/v1/gonum/optimize"
)

// penalties are tried from the strongest to the weakest. Each fit starts from the weights of the
// previous one.
var penalties = []float64{1, 3e-1, 1e-1, 3e-2, 1e-2, 3e-3, 1e-3, 3e-4, 1e-4, 3e-5, 1e-5}

// patience is the number of penalties that may have more loss on dev than the best one. Weaker
// penalties are then skipped, since they would only overfit.
const patience = 2

// fit returns the weights with the least penalised loss on train, for the penalty with the least
// loss on dev.
func fit(ctx context.Context, train, dev *design) (best []float64, l2 float64, err error) {
	w := make([]float64, train.features*train.outputs)
	least, worse := math.Inf(1), 0
	for _, penalty := range penalties {
		if w, err = minimize(ctx, train, penalty, w); err != nil {
			return nil, 0, err
		}
		if loss := dev.loss(w, nil); loss < least {
			best, l2, least, worse = slices.Clone(w), penalty, loss, 0
		} else if worse++; worse == patience {
			break
		}
	}
	return best, l2, nil
}

// tolerance is the largest element of the gradient that counts as zero.
const tolerance = 1e-6

// minimize minimises the convex function
//
//	loss(w) + λ/2·|w|²
//
// where the weights of the constant are not penalised.
func minimize(ctx context.Context, m *design, lambda float64, start []float64) ([]float64, error) {
	// The optimizer asks for the value and then for the gradient at the same point.
	at, gradient, value := []float64(nil), make([]float64, len(start)), 0.0
	evaluate := func(w []float64) {
		if at != nil && slices.Equal(at, w) {
			return
		}
		at = append(at[:0], w...)
		value = m.loss(w, gradient)
		for j := m.outputs; j < len(w); j++ {
			value += lambda / 2 * w[j] * w[j]
			gradient[j] += lambda * w[j]
		}
	}
	problem := optimize.Problem{
		Func: func(w []float64) float64 { evaluate(w); return value },
		Grad: func(out, w []float64) { evaluate(w); copy(out, gradient) },
		Status: func() (optimize.Status, error) {
			if err := ctx.Err(); err != nil {
				return optimize.Failure, err
			}
			return optimize.NotTerminated, nil
		},
	}
	settings := &optimize.Settings{GradientThreshold: tolerance, MajorIterations: 10000, Converger: optimize.NeverTerminate{}}
	result, err := optimize.Minimize(problem, start, settings, &optimize.LBFGS{Linesearcher: &optimize.MoreThuente{}})
	if err == nil {
		err = result.Status.Err()
	}
	if err != nil {
		return nil, errors.Wrapf(err, "fitting with L2 penalty %g", lambda)
	}
	return result.X, nil
}

// loss returns the mean loss of the examples: the cross-entropy of classes or labels, or half the
// squared error. If gradient is not nil, loss writes its gradient there.
func (m *design) loss(w, gradient []float64) float64 {
	clear(gradient)
	sum, n, room := 0.0, float64(m.examples()), make([]float64, m.most*m.outputs)
	for i := range m.examples() {
		z := m.outcomes(w, i, room)
		switch {
		case m.scores != nil:
			z[0] -= m.scores[i]
			sum += z[0] * z[0] / 2
		case m.sets != nil:
			sum += binaryCrossEntropy(z, m.sets[i].Labels)
		default:
			sum += crossEntropy(z, m.gold[i])
		}
		if gradient != nil {
			m.scatter(i, z, 1/n, gradient)
		}
	}
	return sum / n
}

// crossEntropy returns −log softmax(z)[gold] and replaces z by its derivative.
func crossEntropy(z []float64, gold int) float64 {
	most, sum := slices.Max(z), 0.0
	loss := most - z[gold]
	for k, x := range z {
		z[k] = math.Exp(x - most)
		sum += z[k]
	}
	for k := range z {
		z[k] /= sum
	}
	z[gold]--
	return loss + math.Log(sum)
}

// binaryCrossEntropy returns the mean of −y log σ(z) − (1−y) log(1−σ(z)) over labels and replaces z
// by its derivative.
func binaryCrossEntropy(z []float64, y []float32) float64 {
	sum, n := 0.0, float64(len(z))
	for k, x := range z {
		sum += max(x, 0) - float64(y[k])*x + math.Log1p(math.Exp(-math.Abs(x)))
		z[k] = (1/(1+math.Exp(-x)) - float64(y[k])) / n
	}
	return sum / n
}

// examples returns the number of examples.
func (m *design) examples() int { return len(m.first) - 1 }

// outcomes computes the scores of the classes or answers of example i. It returns the part of room
// that holds them.
func (m *design) outcomes(w []float64, i int, room []float64) []float64 {
	rows := m.rows[m.first[i]:m.first[i+1]]
	z := room[:len(rows)*m.outputs]
	clear(z)
	for k, row := range rows {
		out := z[k*m.outputs : (k+1)*m.outputs]
		for _, e := range row {
			for o, x := range w[int(e.column)*m.outputs:][:len(out)] {
				out[o] += float64(e.x) * x
			}
		}
	}
	return z
}

// scatter adds the derivative of an example's loss with respect to the weights. dz is the
// derivative with respect to its outcomes.
func (m *design) scatter(i int, dz []float64, scale float64, gradient []float64) {
	for k, row := range m.rows[m.first[i]:m.first[i+1]] {
		in := dz[k*m.outputs : (k+1)*m.outputs]
		for _, e := range row {
			g, x := gradient[int(e.column)*m.outputs:][:len(in)], float64(e.x)*scale
			for o, d := range in {
				g[o] += x * d
			}
		}
	}
}

// predictor returns a function that predicts an example with the weights. Each call overwrites the
// slice that it returned before.
func (m *design) predictor(w []float64) func(i int) []float64 {
	room := make([]float64, m.most*m.outputs)
	return func(i int) []float64 {
		z := m.outcomes(w, i, room)
		for k := range z {
			z[k] = m.mean + m.spread*z[k]
		}
		return z
	}
}
