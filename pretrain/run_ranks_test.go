package pretrain

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pkg/errors"
	"github.com/stretchr/testify/require"

	"gorgpt/checkpoint"
	"gorgpt/dist"
	"gorgpt/dist/disttest"
	"gorgpt/graph/graphtest"
	"gorgpt/train"
)

// losses returns the losses of the updates and evaluations of a run, in order.
func losses(t *testing.T, dir string) (all []float64) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(dir, "metrics.jsonl"))
	require.NoError(t, err)
	for line := range strings.Lines(string(data)) {
		var x struct {
			Loss  *float64
			Valid *float64 `json:"val_loss"`
		}
		require.NoError(t, json.Unmarshal([]byte(line), &x))
		if x.Loss == nil {
			x.Loss = x.Valid
		}
		all = append(all, *x.Loss)
	}
	return all
}

// A run that is stopped on several ranks and resumed on another number of ranks gives the results
// of one process. Only the first rank writes; the others only know the name of the run folder.
func TestRunOnRanks(t *testing.T) {
	s := minute(t)
	s.Batch, s.Steps, s.EvalEvery, s.Cache = 4, 6, 2, ""
	one := *s
	one.Out = "one"
	_, err := Run(context.Background(), one, quiet())
	require.NoError(t, err)

	onRanks := func(n int, change func(s *Options), first train.Listener, ctx context.Context) []error {
		return disttest.Errors(n, func(g *dist.Group) error {
			mine, con, own := *s, quiet(), context.Background()
			mine.Group = g
			change(&mine)
			if g.First() {
				con, own = first, ctx
			}
			r, err := Run(own, mine, con)
			dir := r.Dir
			if dir != "many" {
				return errors.Errorf("the run folder is %s: %v", dir, err)
			}
			return err
		})
	}
	ctx, stop := context.WithCancel(context.Background())
	con := quiet()
	con.Observers = []train.Observer{stopping{stop}}
	for _, err := range onRanks(3, func(s *Options) { s.Out = "many" }, con, ctx) {
		require.ErrorAs(t, err, new(train.Interrupted), "all stop if the first is asked to")
	}
	for rank, err := range onRanks(2, func(s *Options) { s.Resume = "many" }, quiet(), context.Background()) {
		require.NoError(t, err, rank)
	}
	require.InDeltaSlice(t, losses(t, "one"), losses(t, "many"), 1e-4)
	want, err := checkpoint.ReadModel("one")
	require.NoError(t, err)
	got, err := checkpoint.ReadModel("many")
	require.NoError(t, err)
	const keys = "attn.c_attn.bias" // the loss does not depend on the biases of keys, so Adam amplifies noise in them
	for _, p := range want.Store.Params() {
		if !strings.HasSuffix(p.Name, keys) {
			graphtest.AllClose(t, p.Value, got.Store.Param(p.Name).Value, 1e-4, 1e-3, p.Name)
		}
	}
	for rank, err := range onRanks(2, func(s *Options) { s.Resume = "many" }, quiet(), context.Background()) {
		require.NoError(t, err, rank) // all ranks know that it is complete
	}
}

// A run that is extended on several ranks gives the results of one process.
func TestExtensionOnRanks(t *testing.T) {
	s := minute(t)
	s.Batch, s.Steps, s.EvalEvery, s.Cache, s.Out = 4, 4, 2, "", "one"
	p, err := NewPlan(context.Background(), *s, quiet())
	require.NoError(t, err)
	done := p.Options()
	_, err = p.Run(context.Background())
	require.NoError(t, err)
	require.NoError(t, p.Close())
	require.NoError(t, os.CopyFS("many", os.DirFS("one")))

	more, err := done.Extended(Options{Schedule: WSD, Options: train.Options{Steps: 9, LR: 1e-3}})
	require.NoError(t, err)
	more.Resume = "one"
	_, err = Run(context.Background(), more, quiet())
	require.NoError(t, err)
	for rank, err := range disttest.Errors(2, func(g *dist.Group) error {
		mine := more
		mine.Resume, mine.Group = "many", g
		_, err := Run(context.Background(), mine, quiet())
		return err
	}) {
		require.NoError(t, err, rank)
	}
	require.Len(t, losses(t, "one"), 9+5, "updates, and evaluations after 2, 4, 6, 8 and 9")
	require.InDeltaSlice(t, losses(t, "one"), losses(t, "many"), 1e-4)
}

// A batch must have at least one window for each rank.
func TestTooManyRanks(t *testing.T) {
	s := minute(t)
	for _, err := range disttest.Errors(3, func(g *dist.Group) error {
		mine := *s
		mine.Group = g
		_, err := Run(context.Background(), mine, quiet())
		return err
	}) {
		require.EqualError(t, err, "Batch 2 cannot be divided among 3 ranks: it must be at least 3")
	}
}
