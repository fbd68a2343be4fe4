package pretrain

import (
	"context"
	"fmt"
	"strings"

	"github.com/pkg/errors"

	"gorgpt/checkpoint"
	"gorgpt/generate"
	"gorgpt/gpt1"
	"gorgpt/internal/atomicfile"
	"gorgpt/tokenizer"
	"gorgpt/train"
)

// sampleFile is the file with the model's continuation of the held-out text.
const sampleFile = "sample.txt"

// sampleTokens is the length of a sample in tokens, samplePrompt the length of its prompt.
const sampleTokens, samplePrompt = 120, 12

// sampler writes samples of text during training.
type sampler struct {
	o   Options
	c   *corpus
	m   *gpt1.Model
	dir string // run folder
	to  train.Listener
}

// Updated writes a sample if one is due. It replaces an existing file, which is from the same
// model.
func (w *sampler) Updated(u train.Update) error {
	if w.o.SampleEvery == 0 || u.Step%w.o.SampleEvery != 0 || u.Step == w.o.Steps {
		return nil
	}
	dir, err := atomicfile.OpenIn(w.dir, train.SamplesFolder)
	if err != nil {
		return errors.WithMessage(err, "writing a sample")
	}
	defer dir.Close()
	return w.write(context.Background(), dir, checkpoint.StepName(u.Step)+".txt", fmt.Sprintf("sample after update %d", u.Step))
}

// Evaluated does nothing.
func (w *sampler) Evaluated(int, []train.Metric) error { return nil }

// last writes the sample of the trained model. An LSTM writes none.
func (w *sampler) last(ctx context.Context) error {
	if w.m.IsLSTM() {
		return nil
	}
	dir, err := atomicfile.OpenDir(w.dir)
	if err != nil {
		return errors.WithMessage(err, "writing a sample")
	}
	defer dir.Close()
	err = w.write(ctx, dir, sampleFile, "sample")
	if ctx.Err() != nil {
		return train.Interrupted{Step: w.o.Steps, Steps: w.o.Steps}
	}
	return err
}

// write continues the beginning of the held-out text.
func (w *sampler) write(ctx context.Context, dir *atomicfile.Dir, name, title string) error {
	window, err := w.c.valid.At(0, make([]int32, w.o.Ctx+1))
	if err != nil {
		return errors.WithMessage(err, "writing a sample")
	}
	prompt := window[:min(samplePrompt, len(window), w.o.Ctx)]
	next, err := generate.New(w.m).Continue(ctx, prompt, generate.Options{
		Tokens: sampleTokens, Temperature: 0.8, TopK: 40, Seed: uint64(w.o.Seed),
	})
	if err != nil {
		return errors.WithMessage(err, "writing a sample")
	}
	text := sample(w.c.tok, prompt, next)
	if err := dir.WriteFile(name, []byte(text)); err != nil {
		return err
	}
	w.to.Note("%s:\n%s", title, strings.TrimSuffix(text, "\n"))
	return nil
}

// sample returns the prompt and its continuation, separated by a bar.
func sample(t *tokenizer.Tokenizer, prompt, next []int32) string {
	return fmt.Sprintf("%s | %s\n", t.Decode(prompt), t.Decode(next))
}
