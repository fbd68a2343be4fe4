package pretrain

import (
	"context"
	"fmt"
	"io"
	"path/filepath"

	"github.com/pkg/errors"

	"gorgpt/checkpoint"
	"gorgpt/generate"
	"gorgpt/gpt1"
	"gorgpt/internal/atomicfile"
	"gorgpt/optim"
	"gorgpt/tokenizer"
	"gorgpt/train"
)

// Run does what the settings say and returns the run folder; settings with no updates
// only build the graph. Everything that can be wrong with the input is found before the
// folder is made.
func Run(ctx context.Context, s *Settings, con train.Console) (dir string, err error) {
	if s.BuildOnly() {
		return "", buildOnly(ctx, s, con.Out)
	}
	if err := train.CheckFolder(s.Out, s.Force); err != nil {
		return "", err
	}
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
	m, err := s.model()
	if err != nil {
		return "", err
	}
	m.Init(uint64(s.Seed))
	if err := export(ctx, s, m, con.Out); err != nil {
		return "", err
	}
	if dir, err = train.NewFolder(s.Out, s.Preset, s.Force); err != nil {
		return "", err
	}
	r := record{Command: command, Settings: s, Corpus: c.facts, Parameters: m.Store.Len()}
	if err := r.write(dir); err != nil {
		return dir, err
	}
	if err := writeInputs(dir, c.tok, m); err != nil {
		return dir, err
	}
	fmt.Fprintf(con.Out, "%s: %d parameters, %d updates of %d windows (%d at a time), run folder %s\n",
		s.Preset, m.Store.Len(), s.Steps, s.Batch, s.Micro, dir)
	runErr := loop(ctx, s, c, m, dir, con)
	if runErr != nil && !errors.As(runErr, new(train.Interrupted)) {
		return dir, runErr
	}
	if err := checkpoint.WriteModel(dir, m); err != nil {
		return dir, err
	}
	fmt.Fprintf(con.Out, "saved the model to %s\n", dir)
	if note := c.tok.Note(); note != "" {
		fmt.Fprintf(con.Out, "note: %s\n", note)
	}
	if runErr != nil {
		return dir, runErr
	}
	r.Completed = true
	if err := r.write(dir); err != nil {
		return dir, err
	}
	return dir, writeSample(ctx, dir, s, c, m, con.Out)
}

// buildOnly declares a graph, exports it and stops.
func buildOnly(ctx context.Context, s *Settings, w io.Writer) error {
	m, err := s.model()
	if err != nil {
		return err
	}
	m.Init(uint64(s.Seed))
	fmt.Fprintf(w, "%s: %d parameters; %s, so nothing is trained\n", s.Preset, m.Store.Len(), s.WhyBuildOnly())
	return export(ctx, s, m, w)
}

// length turns epochs into updates, when that is what was asked for, and fits the
// warm-up to them.
func (s *Settings) length(c *corpus) error {
	if s.Epochs > 0 {
		windows := c.windows.Total(s.Epochs)
		if s.Steps = windows / s.Batch; s.Steps == 0 {
			return errors.Errorf("%d epochs of the text give %d windows, not one batch of %d: use a smaller -batch or more -epochs", s.Epochs, windows, s.Batch)
		}
	}
	return s.FitWarmup()
}

// writeInputs writes what else is known before the first update.
func writeInputs(dir string, tok *tokenizer.Tokenizer, m *gpt1.Model) error {
	files, err := tok.Files()
	if err != nil {
		return err
	}
	config, err := m.JSON()
	if err != nil {
		return err
	}
	files[checkpoint.ConfigFile] = config
	for name, data := range files {
		if err := atomicfile.WriteFile(filepath.Join(dir, name), data); err != nil {
			return err
		}
	}
	return nil
}

// loop trains; the metrics go to metrics.jsonl as they come.
func loop(ctx context.Context, s *Settings, c *corpus, m *gpt1.Model, dir string, con train.Console) (err error) {
	task := &train.Pretrain{
		Model: m, Windows: c.windows, Valid: c.valid, Ctx: s.Ctx, Batch: s.Batch, Micro: s.Micro, Seed: s.Seed,
	}
	defer task.Close()
	metrics, err := train.CreateMetrics(dir)
	if err != nil {
		return err
	}
	defer func() {
		if closeErr := metrics.Close(); err == nil {
			err = closeErr
		}
	}()
	schedule := optim.WarmupCosine{Peak: s.LR, Warmup: s.Warmup, Total: s.Steps}
	t, err := s.Trainer(task, m.Store, schedule, metrics, con.Progress(&s.Settings))
	if err != nil {
		return err
	}
	return t.Run(ctx)
}

// sampleFile is how the model continues the held-out text.
const sampleFile = "sample.txt"

// sampleTokens is the length of sample.txt, and samplePrompt of what it continues.
const sampleTokens, samplePrompt = 120, 12

// writeSample continues the beginning of the held-out text.
func writeSample(ctx context.Context, dir string, s *Settings, c *corpus, m *gpt1.Model, w io.Writer) error {
	window := make([]int32, s.Ctx+1)
	if err := c.valid.At(0, window); err != nil {
		return errors.WithMessage(err, "writing a sample")
	}
	prompt := window[:min(samplePrompt, s.Ctx)]
	next, err := generate.New(m).Continue(ctx, prompt, generate.Options{
		Tokens: sampleTokens, Temperature: 0.8, TopK: 40, Seed: uint64(s.Seed),
	})
	if err != nil {
		return errors.WithMessage(err, "writing a sample")
	}
	text := sample(c.tok, prompt, next)
	if err := atomicfile.WriteFile(filepath.Join(dir, sampleFile), []byte(text)); err != nil {
		return err
	}
	fmt.Fprintf(w, "sample:\n%s", text)
	return nil
}

// sample sets the continuation off from the prompt by a bar.
func sample(t *tokenizer.Tokenizer, prompt, next []int32) string {
	return fmt.Sprintf("%s | %s\n", t.Decode(prompt), t.Decode(next))
}
