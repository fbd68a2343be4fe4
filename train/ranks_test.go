package train_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/pkg/errors"
	"github.com/stretchr/testify/require"

	"gorgpt/dist"
	"gorgpt/dist/disttest"
	"gorgpt/gpt1"
	"gorgpt/graph/graphtest"
	"gorgpt/optim"
	"gorgpt/pretrain"
	"gorgpt/train"
)

// onRanks trains with one rank on each host. It returns the tasks of the ranks and the metrics
// that each reported.
func onRanks(t *testing.T, hosts []string, batch, micro, steps int) ([]*pretrain.Task, []string) {
	t.Helper()
	n := len(hosts)
	tasks, told, trainers := make([]*pretrain.Task, n), make([]string, n), make([]*train.Trainer, n)
	for rank := range n {
		p, opt := pretraining(t, batch, micro)
		p.Wide = true
		tasks[rank] = p
		trainers[rank] = &train.Trainer{
			Task: p, Optimizer: opt, Schedule: optim.WarmupCosine{Peak: 1e-2, Warmup: 2, Total: steps}, Steps: steps, EvalEvery: 3,
		}
	}
	disttest.RunOn(t, hosts, func(g *dist.Group) error {
		p, tr := tasks[g.Rank()], trainers[g.Rank()]
		p.Group, tr.Group = g, g
		var seen bytes.Buffer
		tr.Observers = []train.Observer{losses{&seen}}
		err := tr.Run(context.Background())
		told[g.Rank()] = seen.String()
		return err
	})
	return tasks, told
}

// Several ranks compute the same gradient as one rank, including dropout, even if shares and
// micro-batches have different sizes.
func TestRanksGiveTheGradientOfTheBatch(t *testing.T) {
	const batch = 7
	whole, _ := pretraining(t, batch, batch)
	want, err := whole.Accumulate(context.Background(), 5, atOnce)
	require.NoError(t, err)
	for _, n := range []int{2, 3, 7} {
		tasks := make([]*pretrain.Task, n)
		for rank := range tasks {
			tasks[rank], _ = pretraining(t, batch, 2)
			tasks[rank].Wide = rank%2 == 0
		}
		disttest.Run(t, n, func(g *dist.Group) error {
			p := tasks[g.Rank()]
			p.Group = g
			got, err := train.Overlapped(g, p.Model.Store, func(last func() error) (train.Result, error) {
				return p.Accumulate(context.Background(), 5, last)
			})
			if err != nil {
				return err
			}
			if math.Abs(got.Loss-want.Loss) > 1e-6 || got.Tokens != want.Tokens {
				return errors.Errorf("%+v, want %+v", got, want)
			}
			return nil
		})
		for rank, task := range tasks {
			sameGradients(t, whole.Model, task.Model, fmt.Sprintf("rank %d of %d", rank, n))
		}
	}
}

func sameGradients(t *testing.T, want, got *gpt1.Model, name string) {
	t.Helper()
	for _, p := range want.Store.Params() {
		largest := 0.0
		for _, g := range p.Grad {
			largest = max(largest, math.Abs(float64(g)))
		}
		graphtest.AllClose(t, p.Grad, got.Store.Param(p.Name).Grad, 1e-5*largest+1e-9, 1e-5, name+": "+p.Name)
	}
}

// A run on several ranks gives the same results as a run on one, including evaluations, up to the
// rounding of sums. All ranks end with the same bits, and so does a second run.
func TestRanksGiveTheResultsOfOne(t *testing.T) {
	const batch, micro, steps = 6, 2, 6
	one, wanted := onRanks(t, make([]string, 1), batch, micro, steps)
	for _, n := range []int{2, 3, 4} {
		hosts := make([]string, n)
		tasks, told := onRanks(t, hosts, batch, micro, steps)
		hosts[n-1] = "other" // every second update sums during the backward pass
		again, _ := onRanks(t, hosts, batch, micro, steps)
		for rank := range n {
			require.Equal(t, told[0], told[rank])
			require.Equal(t, tasks[0].Model.Store.Values(), tasks[rank].Model.Store.Values())
			require.Equal(t, tasks[0].Model.Store.Values(), again[rank].Model.Store.Values())
		}
		require.NotEqual(t, wanted[0], told[0], "the sums of %d ranks must round differently", n)
		sameLines(t, wanted[0], told[0])
		for _, p := range one[0].Model.Store.Params() {
			if !strings.HasSuffix(p.Name, "attn.c_attn.bias") { // the loss does not depend on the biases of keys, so Adam amplifies noise in them
				graphtest.AllClose(t, p.Value, tasks[0].Model.Store.Param(p.Name).Value, 1e-4, 1e-4, p.Name)
			}
		}
	}
}

// sameLines compares lines of metrics with a tolerance.
func sameLines(t *testing.T, want, got string) {
	t.Helper()
	lines := strings.Split(strings.TrimSpace(got), "\n")
	require.Len(t, lines, strings.Count(want, "\n"))
	for i, line := range strings.Split(strings.TrimSpace(want), "\n") {
		var a, b map[string]float64
		require.NoError(t, json.Unmarshal([]byte(line), &a))
		require.NoError(t, json.Unmarshal([]byte(lines[i]), &b))
		require.Len(t, b, len(a))
		for name, x := range a {
			require.InEpsilon(t, 1+x, 1+b[name], 1e-5, "%s in %s", name, line)
		}
	}
}

// If one rank is asked to stop, all stop after the same update.
func TestOneRankStopsAll(t *testing.T) {
	const n = 3
	ctxs, cancels := make([]context.Context, n), make([]context.CancelFunc, n)
	trainers := make([]*train.Trainer, n)
	for rank := range n {
		ctxs[rank], cancels[rank] = context.WithCancel(context.Background())
		defer cancels[rank]()
		p, opt := pretraining(t, 6, 2)
		trainers[rank] = &train.Trainer{Task: p, Optimizer: opt, Schedule: optim.WarmupCosine{Peak: 1e-2, Warmup: 2, Total: 50}, Steps: 50}
	}
	trainers[1].Observers = []train.Observer{cancelAt{3, cancels[1]}}
	saved := 0
	trainers[0].Save = func(s train.State) error { saved = s.Step; return nil }
	disttest.Run(t, n, func(g *dist.Group) error {
		tr := trainers[g.Rank()]
		tr.Group, tr.Task.(*pretrain.Task).Group = g, g
		if err := tr.Run(ctxs[g.Rank()]); !errors.Is(err, train.Interrupted{3, 50}) {
			return errors.Errorf("stopped with %v", err)
		}
		return nil
	})
	require.Equal(t, 3, saved)
}

// The error for a NaN names the rank that computed it.
func TestNotANumberOnOneRank(t *testing.T) {
	const n = 3
	trainers := make([]*train.Trainer, n)
	for rank := range n {
		p, opt := pretraining(t, 6, 2)
		if rank == 1 {
			p.Model.Store.Param("h.1.ln_2.weight").Value[0] = float32(math.NaN())
		}
		trainers[rank] = &train.Trainer{Task: p, Optimizer: opt, Schedule: optim.WarmupCosine{Peak: 1e-2, Warmup: 2, Total: 50}, Steps: 50}
	}
	for _, err := range failures(t, trainers) {
		require.ErrorContains(t, err, "update 1: the loss is NaN; the first such value is in rank 1 of 3 on ")
		require.ErrorContains(t, err, ": parameter h.1.ln_2.weight [24]: element 0 is NaN; batch: windows 0 to 5 of epoch 0")
	}
}

// If the weights of the ranks differ, the run stops.
func TestDifferentWeightsStopTheRun(t *testing.T) {
	const n = 2
	trainers := make([]*train.Trainer, n)
	for rank := range n {
		p, opt := pretraining(t, 6, 2)
		trainers[rank] = &train.Trainer{Task: p, Optimizer: opt, Schedule: optim.WarmupCosine{Peak: 1e-2, Warmup: 2, Total: 50}, Steps: 2}
	}
	trainers[1].Task.(*pretrain.Task).Model.Store.Values()[7] += 1e-6
	for _, err := range failures(t, trainers) {
		require.ErrorContains(t, err, "evaluation after update 2: rank 1 of 2 on ")
		require.ErrorContains(t, err, " has other weights than rank 0: ")
	}
}

// failures runs the trainers, each on a rank, and returns their errors.
func failures(t *testing.T, trainers []*train.Trainer) []error {
	t.Helper()
	errs := make([]error, len(trainers))
	disttest.Run(t, len(trainers), func(g *dist.Group) error {
		tr := trainers[g.Rank()]
		tr.Group, tr.Task.(*pretrain.Task).Group = g, g
		errs[g.Rank()] = tr.Run(context.Background())
		return nil
	})
	return errs
}
