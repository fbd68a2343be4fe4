package heads

import (
	"fmt"
	"math"
	"slices"
	"strconv"

	"github.com/pkg/errors"

	"gorgpt/graph"
	"gorgpt/loaders"
	"gorgpt/score"
)

// Regression gives an unordered pair of texts a score.
const Regression Kind = loaders.Regression

type regression struct{ pair }

func (regression) Kind() Kind { return Regression }

// Of returns Similarity: options name regression as similarity with scores.
func (regression) Of() Kind { return Similarity }

func (regression) Space(rows []loaders.Row) (Space, error) {
	if !slices.ContainsFunc(rows, func(r loaders.Row) bool { return r.Label.Text != rows[0].Label.Text }) {
		return Space{}, errors.Errorf("%s: every score is %s: the rows need different scores", rows[0].File(), rows[0].Label.Text)
	}
	return Space{}, nil
}

func (regression) Whole() bool { return false }

func (regression) CheckSpace(s Space) error {
	if x, err := strconv.ParseFloat(s.Baseline, 64); s.Baseline != "" && (err != nil || !(math.Abs(x) <= 1e6)) {
		return errors.Errorf("baseline is %q: it must be a score", s.Baseline)
	}
	if s.Temperature != 0 {
		return errors.New("temperature: scores have no probabilities, so they must not have one")
	}
	return checkEmpty(s, Regression)
}

// checkEmpty returns an error if a space has labels or choices.
func checkEmpty(s Space, k Kind) error {
	switch {
	case len(s.Labels) > 0:
		return errors.Errorf("labels: %s must not have labels", k)
	case s.Choices != 0:
		return errors.Errorf("choices: only qa may have choices, not %s", k)
	}
	return nil
}

func (regression) CheckRow(loaders.Row, bool) error { return nil }

func (regression) Target(_ Space, l loaders.Label, _ loaders.Row) (Target, error) {
	if l.Form == loaders.String {
		return Target{}, errors.Errorf("label %q is a string: it must be a number for regression", l.Text)
	}
	x, err := strconv.ParseFloat(l.Text, 32)
	if err != nil || !(math.Abs(x) <= 1e6) {
		return Target{}, errors.Errorf("label %s: it must be a number between -1000000 and 1000000", l.Text)
	}
	return Target{Score: float32(x)}, nil
}

func (regression) CheckTarget(Target, int) error { return nil }

func (regression) Outputs(Space) int { return 1 }

func (regression) Scores(k, _ int) int { return k }

func (regression) Inputs(g *graph.Graph, b, _ int) (graph.Node, func(int, Target)) {
	labels, scores := g.Floats("labels", b)
	return labels.Named("B"), func(i int, t Target) { scores[i] = t.Score }
}

// Losses computes (logit − score)².
func (regression) Losses(logits, scores graph.Node) graph.Node { return logits.SquaredError(scores) }

func (regression) Measures(Space) []string { return []string{"pearson", "spearman"} }

func (regression) Judge(s Space, training []Target) Judge {
	mean, err := strconv.ParseFloat(s.Baseline, 64)
	if err != nil {
		mean = score.Mean(scoresOf(training))
	}
	return scoreJudge{s, mean}
}

// Submission writes a score with three decimals, as in STS-B.
func (regression) Submission(predicted string) string {
	x, err := strconv.ParseFloat(predicted, 64)
	if err != nil {
		return predicted
	}
	return strconv.FormatFloat(x, 'f', 3, 64)
}

// scoreJudge judges predicted scores.
type scoreJudge struct {
	Space
	mean float64 // mean of the training scores
}

func (scoreJudge) Names(int) []string { return nil }

func (scoreJudge) Predict(logits []float32) (string, []float64) { return number(logits[0]), nil }

func (scoreJudge) Unlabelled() Target { return Target{} }

func (scoreJudge) Gold(t Target) string { return number(t.Score) }

func (j scoreJudge) Blind() (text, what string) {
	text = number(float32(j.mean))
	return text, fmt.Sprintf("%s, the mean score of the %s", regression{}.Submission(text), j.rows())
}

func (j scoreJudge) Measure(_ string, gold []Target, logits [][]float32) []Measure {
	scores, predicted, constant := scoresOf(gold), make([]float64, len(logits)), make([]float64, len(logits))
	for i, row := range logits {
		predicted[i], constant[i] = float64(row[0]), j.mean
	}
	return []Measure{
		{"mse", score.SquaredError(scores, predicted)},
		{"mean_mse", score.SquaredError(scores, constant)},
		{"pearson", score.Pearson(scores, predicted)},
		{"spearman", score.Spearman(scores, predicted)},
	}
}

// Baseline returns 0, because a constant correlates with nothing.
func (scoreJudge) Baseline(string, []Target) float64 { return 0 }

// measures returns the measures of a report.
func (scoreJudge) measures(gold, predicted []float64) []Measure {
	return []Measure{
		{"pearson", score.Pearson(gold, predicted)}, {"spearman", score.Spearman(gold, predicted)}, {"mse", score.SquaredError(gold, predicted)},
	}
}

func (j scoreJudge) Details(targets []Target, logits [][]float32) Details {
	gold, predicted := scoresOf(targets), make([]float64, len(logits))
	for i, row := range logits {
		predicted[i] = float64(row[0])
	}
	return Details{
		Measure: func(at []int) ([]Measure, []float64) { return j.measures(pick(gold, at), pick(predicted, at)), nil },
		Blind:   j.measures(gold, slices.Repeat([]float64{j.mean}, len(gold))),
		Gold:    gold, Predicted: predicted,
	}
}

// Loss returns the squared error.
func (scoreJudge) Loss(t Target, logits []float32) (loss, gold, predicted float64) {
	d := float64(logits[0]) - float64(t.Score)
	return d * d, 0, 0
}

func scoresOf(targets []Target) []float64 {
	out := make([]float64, len(targets))
	for i, t := range targets {
		out[i] = float64(t.Score)
	}
	return out
}

// number writes a score with the fewest digits that identify it.
func number(x float32) string { return strconv.FormatFloat(float64(x), 'g', -1, 32) }

func (scoreJudge) Evidence(_ Target, logits []float32) float64 { return float64(logits[0]) }

// Towards returns z + ½, since the slope of (z − score)² is −1 there.
func (scoreJudge) Towards(logits []float32) Target { return Target{Score: logits[0] + 0.5} }
