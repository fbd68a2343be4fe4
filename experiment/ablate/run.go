package ablate

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"time"

	"github.com/pkg/errors"

	"gorgpt/finetune"
	"gorgpt/finetune/files"
	"gorgpt/internal/jsondiff"
	"gorgpt/internal/results"
	"gorgpt/train"
)

// Run executes the runs of the grid that the log lacks, and adds each to the log.
func (g *Grid) Run(ctx context.Context, log *Log, to train.Listener) error {
	trials, err := g.trials()
	if err != nil {
		return err
	}
	done, err := log.All()
	if err != nil {
		return err
	}
	var open []trial
	var pace pace
	for _, t := range trials {
		if r, found := done[t.id.key()]; found {
			pace.did(t, r.Seconds)
		} else {
			open = append(open, t)
		}
	}
	if n := len(trials) - len(open); n > 0 {
		to.Progress("runs already in %s: %d of %d", log.Path, n, len(trials))
	}
	if err := g.checkFolders(open); err != nil {
		return err
	}
	if err := g.checkVocabulary(open, to); err != nil {
		return err
	}
	for i, t := range open {
		if done, err = log.All(); err != nil {
			return err
		}
		if _, found := done[t.id.key()]; found {
			to.Progress("%d/%d  %s: completed by another process", len(trials)-len(open)+i+1, len(trials), t)
			continue
		}
		r, err := g.run(ctx, t, to)
		if err != nil {
			return errors.WithMessage(err, t.String())
		}
		if err := log.Add(r); err != nil {
			return err
		}
		forget()
		pace.did(t, r.Seconds)
		to.Progress("%d/%d  %s: %.1f, baseline %.1f  (%.0f s, ETA %s)",
			len(trials)-len(open)+i+1, len(trials), t, 100*r.Score, 100*r.Baseline, r.Seconds, pace.left(open[i+1:]))
	}
	return nil
}

// checkVocabulary reports, for each set with open runs, how much of its text the vocabulary cannot
// spell. All models share the vocabulary.
func (g *Grid) checkVocabulary(open []trial, to train.Listener) error {
	for _, set := range g.Sets {
		if !slices.ContainsFunc(open, func(t trial) bool { return t.set == set }) {
			continue
		}
		notes := train.Listener{Report: func(e train.Event) { to.Progress("%s: %s", set.Name, e) }}
		if err := set.Data.CheckVocabulary(set.Options, g.Base.Tok, notes); err != nil {
			return errors.WithMessage(err, set.Name)
		}
	}
	return nil
}

// forget frees the graphs of a completed run, so that two runs never hold memory at the same time.
// The machines have finalizers, so it takes two collections: one finds them, the next frees them.
func forget() {
	runtime.GC()
	runtime.GC()
}

// run fine-tunes once.
func (g *Grid) run(ctx context.Context, t trial, to train.Listener) (Result, error) {
	start := time.Now()
	o := t.options(g.Keep)
	b, _ := g.base(t.variant)
	if o.Scratch {
		var err error
		if b, err = b.Random(o.Seed, train.Listener{}); err != nil {
			return Result{}, err
		}
	}
	p, err := finetune.NewPlan(o, t.data, b, train.Listener{})
	if err != nil {
		return Result{}, err
	}
	p.Submit, p.Draw = files.Submit, files.Draw
	outcome, err := carryOut(ctx, p, to)
	if err != nil {
		return Result{}, err
	}
	r := Result{ID: t.id, Rows: len(t.data.Train), Test: values(outcome.Test)}
	if t.fold > 0 {
		r.Logits = outcome.Test.Logits(t.data.Test)
	} else {
		r.Report = outcome.Test.Report("test", o.Seed)
	}
	r.Seconds = time.Since(start).Seconds()
	score, baseline := outcome.Test.Headline()
	r.Score, r.Baseline = results.Number(score), results.Number(baseline)
	if outcome.Dev != nil {
		r.Dev = values(outcome.Dev)
	}
	return r, nil
}

// carryOut runs the updates, in a run folder if run folders are kept, and evaluates the test rows.
func carryOut(ctx context.Context, p *finetune.Plan, to train.Listener) (finetune.Result, error) {
	o := p.Options()
	if o.Out != "" {
		return p.Run(ctx, nil, nil, updatesOnly(to))
	}
	to.Send(train.Started{Steps: o.Steps, LogEvery: o.LogEvery})
	return p.Train(ctx, to.Observers...)
}

// updatesOnly returns a listener that drops all events except train.Started.
func updatesOnly(to train.Listener) train.Listener {
	report := func(e train.Event) {
		if started, ok := e.(train.Started); ok {
			to.Send(started)
		}
	}
	return train.Listener{Report: report, Observers: to.Observers}
}

// options returns the options of the run. If run folders are kept, keep is their parent.
func (t trial) options(keep string) finetune.Options {
	o := t.id.Options
	o.AllowUnknown = true // the whole set has been checked, and a few of its rows may differ
	o.LogEvery = o.Steps  // one line at most
	if keep != "" {
		o.Out, o.Force = filepath.Join(keep, t.folder()), true
		o.Checkpoints = 0 // an interrupted run starts again
	}
	return o
}

// checkFolders returns an error for run folders that cannot be used, before any run starts. An
// interrupted run may be replaced, but not a completed run with other options.
func (g *Grid) checkFolders(open []trial) error {
	if g.Keep == "" {
		return nil
	}
	for _, t := range open {
		s := t.options(g.Keep)
		if err := s.CheckOut(); err != nil {
			return err
		}
		r, err := train.ReadRecord(s.Out)
		if err != nil || !r.Completed {
			continue // there is no run, or it was interrupted
		}
		want, err := json.Marshal(&s)
		if err != nil {
			return errors.Wrap(err, "settings")
		}
		key, now, was, err := jsondiff.First(want, r.Settings)
		if err == nil && key != "" {
			err = train.BadOption("%s has another run, whose %s is %s, not %s: move it, or name another folder with {Out}", s.Out, key, was, now)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// String names the run in reports.
func (t trial) String() string {
	s := fmt.Sprintf("%s, %s", t.set.Name, t.variant.Title)
	if t.id.Options.Limit > 0 {
		s += fmt.Sprintf(", limit %d", t.id.Options.Limit)
	}
	s = fmt.Sprintf("%s, seed %d", s, t.id.Options.Seed)
	if t.fold > 0 {
		s += fmt.Sprintf(", fold %d", t.fold)
	}
	return s
}

// folder names the run folder.
func (t trial) folder() string {
	limit := "all"
	if n := t.id.Options.Limit; n > 0 {
		limit = strconv.Itoa(n)
	}
	name := fmt.Sprintf("%s-%s-%s-%d", t.set.Name, t.variant.Name, limit, t.id.Options.Seed)
	if t.fold > 0 {
		name += fmt.Sprintf("-fold-%d", t.fold)
	}
	return name
}

func values(o *finetune.Outcome) map[string]results.Number {
	all := map[string]results.Number{}
	for _, m := range o.Metrics("") {
		all[m.Name] = results.Number(m.Value)
	}
	return all
}

// pace estimates the duration of runs from completed runs.
type pace struct{ seconds, work float64 }

func (p *pace) did(t trial, seconds float64) {
	p.seconds += seconds
	p.work += t.work()
}

func (p *pace) left(open []trial) time.Duration {
	work := 0.0
	for _, t := range open {
		work += t.work()
	}
	return time.Duration(min(p.seconds/p.work*work*float64(time.Second), math.MaxInt64/2)).Round(time.Second)
}

// work is roughly proportional to the duration of a run: an update costs about three times as much
// as an evaluation of the same examples.
func (t trial) work() float64 {
	s, d := t.id.Options, t.data
	return float64((3*s.Steps*s.Batch + len(d.Dev) + len(d.Test)) * d.Spec.Sequences())
}
