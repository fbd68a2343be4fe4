package pretrain

import (
	"context"
	"fmt"
	"io"

	"github.com/pkg/errors"

	"gorgpt/gpt1"
	"gorgpt/internal/memory"
	"gorgpt/optim"
	"gorgpt/train"
)

// Run does what the settings say and returns the run folder; settings with no updates
// only build the graph. Of several ranks, all must call it. Everything that can be wrong with the input is found before the
// folder is made. With Resume, the run in that folder goes on; if it has been completed,
// nothing is done.
func Run(ctx context.Context, s *Settings, con train.Console) (dir string, err error) {
	if s.BuildOnly() {
		return "", buildOnly(ctx, s, con.Out)
	}
	if err := s.CheckRanks(); err != nil {
		return "", err
	}
	folder, earlier, err := s.Reopen(con.Out)
	if err != nil || earlier != nil && earlier.Completed {
		return s.Resume, err
	}
	if folder == nil {
		if err := s.CheckOut(s.place()); err != nil {
			return "", err
		}
	}
	defer func() { folder.Close() }()
	c, err := readCorpus(ctx, s, con)
	if err != nil {
		return "", err
	}
	defer func() {
		if closeErr := c.close(); err == nil {
			err = closeErr
		}
	}()
	if err := s.length(c); err != nil {
		return "", err
	}
	if done, err := s.forecast(con.Out); done || err != nil {
		return "", err
	}
	m, err := s.model()
	if err != nil {
		return "", err
	}
	m.Init(uint64(s.Seed))
	if err := export(ctx, s, m, con.Out); err != nil {
		return "", err
	}
	record, err := train.NewRecord(Command, s, s.Upkeep, c.facts, m.Store.Len())
	if err != nil {
		return "", err
	}
	if err := record.Same(s.Group); err != nil {
		return "", err
	}
	if err := record.Matches(earlier); err != nil {
		return "", err
	}
	if folder == nil {
		if folder, err = s.NewFolder(s.place()); err != nil {
			return "", err
		}
	}
	fmt.Fprintf(con.Out, "%s: %d parameters, %d updates of %d windows (%d at a time), run folder %s\n",
		s.name(), m.Store.Len(), s.Steps, s.Batch, s.Micro, folder.Dir)
	return folder.Dir, runIn(ctx, s, c, m, record, folder, con)
}

// place is where the run is to be.
func (s *Settings) place() train.Place {
	return train.Place{Command: Command, Name: s.name(), Inputs: append([]string{s.Tokenizer, s.Config, s.Cache}, s.Data...)}
}

// forecast refuses a run for which there is no memory. With -dry-run it tells what the run
// needs, and that it is all.
func (s *Settings) forecast(w io.Writer) (done bool, err error) {
	if err := memory.Room(train.BatchBytes(s.Batch, s.Ctx)); err != nil {
		return false, errors.WithMessagef(err, "-batch %d with -ctx %d", s.Batch, s.Ctx)
	}
	need := func(micro int) (train.Memory, error) {
		m, err := s.shape(gpt1.NewSketch)
		if err != nil {
			return train.Memory{}, err
		}
		m.Store.Train()
		need, err := m.DeclareLM(micro, s.Ctx, true).Need()
		return train.NewMemory(m.Store, need, 0), err
	}
	sum, err := need(s.ShareMicro())
	if err != nil {
		return false, err
	}
	if s.DryRun {
		c, err := s.config()
		if err != nil {
			return false, err
		}
		train.Forecast{
			Parameters: c.Len(), Steps: s.Steps, Tokens: s.Batch * s.Ctx, Operations: c.Operations(s.Share(), s.Ctx), Memory: sum,
		}.Print(w)
	}
	return s.DryRun, sum.Check(&s.Settings, need)
}

// runIn trains in the folder.
func runIn(ctx context.Context, s *Settings, c *corpus, m *gpt1.Model, r *train.Record, folder *train.Folder, con train.Console) error {
	files, err := c.tok.Files()
	if err != nil {
		return err
	}
	task := &train.Pretrain{
		Model: m, Windows: c.windows, Valid: c.valid, EndsWord: c.tok.EndsWord,
		Ctx: s.Ctx, Batch: s.Batch, Micro: s.Micro, Seed: s.Seed, Group: s.Group,
	}
	defer task.Close()
	writer := &sampler{s: s, c: c, m: m, dir: folder.Dir, out: con.Out}
	schedule := optim.WarmupCosine{Peak: s.LR, Warmup: s.Warmup, Total: s.Steps}
	history := &train.Historian{Dir: folder.Dir, Model: m, Tok: c.tok, Steps: s.Steps, Count: s.History}
	t, err := s.Trainer(task, m.Store, schedule, writer, history)
	if err != nil {
		return err
	}
	if note := c.tok.Note(); note != "" {
		fmt.Fprintf(con.Out, "note: %s\n", note)
	}
	job := train.Job{
		Folder: folder, Record: r, Settings: &s.Settings, Trainer: t, Model: m, Files: files, Console: con,
		Finish: func(ctx context.Context, _ *train.MetricsFile) error { return writer.last(ctx) },
	}
	return job.Run(ctx)
}

// buildOnly declares a graph, exports it and stops.
func buildOnly(ctx context.Context, s *Settings, w io.Writer) error {
	m, err := s.model()
	if err != nil {
		return err
	}
	m.Init(uint64(s.Seed))
	fmt.Fprintf(w, "%s: %d parameters; %s, so nothing is trained\n", s.name(), m.Store.Len(), s.WhyBuildOnly())
	return export(ctx, s, m, w)
}

// length turns epochs into updates, when that is what was asked for, and fits the
// warm-up to them.
func (s *Settings) length(c *corpus) error {
	if s.Epochs > 0 {
		windows := c.windows.Total(s.Epochs)
		steps := windows / s.Batch
		switch {
		case steps == 0:
			return errors.Errorf("%d epochs of the text give %d windows, not one batch of %d: use a smaller -batch or more -epochs", s.Epochs, windows, s.Batch)
		case s.Steps > 0 && s.Steps != steps:
			return errors.Errorf("%d epochs of the text are %d updates, but %d are asked for, too: give one of -epochs and -steps", s.Epochs, steps, s.Steps)
		}
		s.Steps = steps
	}
	return s.FitWarmup()
}
