package finetune

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"gorgpt/gpt1"
	"gorgpt/heads"
	"gorgpt/train"
)

var _ train.Task = (*Task)(nil)

func TestOrder(t *testing.T) {
	const n = 9
	epoch := func(o *order, seed uint64, e int) (drawn []int) {
		for i := range n {
			drawn = append(drawn, o.at(n, seed, e*n+i))
		}
		return drawn
	}
	o := &order{}
	first, second := epoch(o, 1, 0), epoch(o, 1, 1)
	require.NotEqual(t, first, second)
	require.NotEqual(t, first, epoch(&order{}, 2, 0))
	require.Equal(t, first, epoch(o, 1, 0), "the order depends on seed and epoch alone")
	for _, drawn := range [][]int{first, second} {
		slices.Sort(drawn)
		require.Equal(t, []int{0, 1, 2, 3, 4, 5, 6, 7, 8}, drawn, "each example once")
	}
}

func TestUpdates(t *testing.T) {
	for epochs, want := range map[int]int{1: 3, 2: 5, 3: 8} {
		require.Equal(t, want, updates(epochs, 10, 4), "%d epochs of 10 in batches of 4", epochs)
	}
}

// set returns examples with the given labels. The token between the special ones is the label.
func set(labels ...int32) *Set {
	s := &Set{}
	for _, l := range labels {
		s.Examples = append(s.Examples, heads.Encoded{Target: heads.Target{Label: l, Score: float32(l)}, Sequences: [][]int32{{5, l, 6}}})
	}
	return s
}

func TestTask(t *testing.T) {
	pre, err := gpt1.New(gpt1.Config{NLayer: 1, NHead: 1, NEmbd: 4, NCtx: 4, VocabSize: 8, LayerNormEps: 1e-5, InitRange: 0.02, ResidPDrop: 0.1})
	require.NoError(t, err)
	pre.Init(1)
	m, err := heads.Attach(pre, heads.AttachOptions{Rows: 8, Outputs: 2, Blocks: pre.NLayer, Seed: 1})
	require.NoError(t, err)
	m.Store.AllocateGradients()
	head, err := heads.New(heads.Classification, m, 0.1)
	require.NoError(t, err)
	task := &Task{
		Tuner: &heads.Tuner{Model: m, Head: head, Lambda: 0.5, Micro: 2},
		Spec:  Spec{Task: heads.Classification, Space: heads.Space{Labels: []string{"no", "yes"}}},
		Train: set(0, 1, 1), Batch: 2, Seed: 1,
	}
	ctx := context.Background()
	metrics, err := task.Evaluate(ctx)
	require.NoError(t, err)
	require.Nil(t, metrics, "no development set")
	require.Nil(t, task.dev)

	task.Dev = set(0, 0, 1, 0)
	metrics, err = task.Evaluate(ctx)
	require.NoError(t, err)
	require.Equal(t, []string{"dev_loss", "dev_clf_loss", "dev_lm_loss", "dev_acc", "dev_majority_acc", "dev_mcc", "dev_f1"}, names(metrics))
	require.InDelta(t, metrics[1].Value+metrics[2].Value/2, metrics[0].Value, 1e-5, "L3 = L2 + λ·L1")
	require.Equal(t, 0.25, metrics[4].Value, "the majority of the training set, on the development set")
	require.Len(t, task.dev.Predictions, 4)

	third, err := task.Accumulate(ctx, 3, atOnce)
	require.NoError(t, err)
	require.Equal(t, 6, third.Tokens)
	require.Equal(t, []string{"clf_loss", "lm_loss"}, names(third.More))
	_, err = task.Accumulate(ctx, 1, atOnce)
	require.NoError(t, err)
	again, err := task.Accumulate(ctx, 3, atOnce)
	require.NoError(t, err)
	require.Equal(t, third, again, "an update depends on its number alone")

	stopped, stop := context.WithCancel(ctx)
	stop()
	_, err = task.Accumulate(stopped, 4, atOnce)
	require.ErrorIs(t, err, context.Canceled)
	_, err = task.Evaluate(stopped)
	require.ErrorIs(t, err, context.Canceled)
}

func names(metrics []train.Metric) (out []string) {
	for _, m := range metrics {
		out = append(out, m.Name)
	}
	return out
}

func TestOutcome(t *testing.T) {
	two, three := []string{"no", "yes"}, []string{"a", "b", "c"}
	for _, c := range []struct {
		name          string
		spec          Spec
		training, set *Set
		logits        [][]float32
		want          []train.Metric
		lines         string
	}{
		{
			"two classes",
			Spec{Task: heads.Entailment, Space: heads.Space{Labels: two}},
			set(1, 1, 0), set(0, 1, 1, 1),
			[][]float32{{1, 1}, {0, 3}, {2, 2.5}, {9, -9}},
			[]train.Metric{{Name: "acc", Value: 0.75}, {Name: "majority_acc", Value: 0.75}, {Name: "mcc", Value: 2 / (2 * 1.7320508075688772)}, {Name: "f1", Value: 0.8}},
			"row\tgold\tpredicted\tp(no)\tp(yes)\n1\tno\tno\t0.500000\t0.500000\n2\tyes\tyes\t0.047426\t0.952574\n" +
				"3\tyes\tyes\t0.377541\t0.622459\n4\tyes\tno\t1.000000\t0.000000\n",
		},
		{
			"three classes",
			Spec{Task: heads.Classification, Space: heads.Space{Labels: three}},
			set(2, 0, 2), set(0, 2),
			[][]float32{{1, 0, 0}, {0, 0, 1}},
			[]train.Metric{{Name: "acc", Value: 1}, {Name: "majority_acc", Value: 0.5}, {Name: "mcc", Value: 1}},
			"row\tgold\tpredicted\tp(a)\tp(b)\tp(c)\n1\ta\ta\t0.576117\t0.211942\t0.211942\n2\tc\tc\t0.211942\t0.211942\t0.576117\n",
		},
		{
			"answers",
			Spec{Task: heads.MultipleChoice, Space: heads.Space{Choices: 2}},
			set(1, 0), set(0, 1),
			[][]float32{{0, 0}, {0, 0}},
			[]train.Metric{{Name: "acc", Value: 0.5}, {Name: "majority_acc", Value: 0.5}},
			"row\tgold\tpredicted\tp(0)\tp(1)\n1\t0\t0\t0.500000\t0.500000\n2\t1\t0\t0.500000\t0.500000\n",
		},
		{
			"questions with different numbers of answers",
			Spec{Task: heads.MultipleChoice, Space: heads.Space{Choices: 2}},
			set(1, 1, 0), set(0, 2, 0),
			[][]float32{{0, 0}, {0, 0, 50, 0}, {1}},
			[]train.Metric{{Name: "acc", Value: 1}, {Name: "majority_acc", Value: 0}},
			"row\tgold\tpredicted\tp(0)\tp(1)\tp(2)\tp(3)\n1\t0\t0\t0.500000\t0.500000\t\t\n" +
				"2\t2\t2\t0.000000\t0.000000\t1.000000\t0.000000\n3\t0\t0\t1.000000\t\t\t\n",
		},
		{
			"scores",
			Spec{Task: heads.Regression},
			set(1, 3), set(1, 2, 3),
			[][]float32{{1.5}, {2}, {2.5}},
			[]train.Metric{{Name: "mse", Value: 0.5 / 3}, {Name: "mean_mse", Value: 2. / 3}, {Name: "pearson", Value: 1}, {Name: "spearman", Value: 1}},
			"row\tgold\tpredicted\n1\t1\t1.5\n2\t2\t2\n3\t3\t2.5\n",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			o := newOutcome(c.spec, c.training, c.set, heads.Losses{}, c.logits)
			require.Equal(t, names(c.want), names(o.Measures))
			for i, m := range c.want {
				require.InDelta(t, m.Value, o.Measures[i].Value, 1e-9, m.Name)
			}
			var out strings.Builder
			require.NoError(t, o.WritePredictions(&out))
			require.Equal(t, c.lines, out.String())
		})
	}
}

// The baseline always predicts one class; 3 of 4 rows have class 1.
func TestBaseline(t *testing.T) {
	gold := []heads.Target{{Label: 1}, {Label: 0}, {Label: 1}, {Label: 1}}
	for metric, want := range map[string][2]float64{"": {0.25, 0.75}, "acc": {0.25, 0.75}, "f1": {0, 6.0 / 7}, "mcc": {0, 0}} {
		s := Spec{Task: heads.Similarity, Space: heads.Space{Labels: []string{"no", "yes"}}, Metric: metric}
		for class, w := range want {
			judge := s.Task.Task().Judge(s.Space, []heads.Target{{Label: int32(class)}})
			require.InDelta(t, w, judge.Baseline(s.Primary(), gold), 1e-12, "%q, class %d", metric, class)
		}
	}
}

// atOnce lets the last micro-batch start.
func atOnce() error { return nil }
