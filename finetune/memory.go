package finetune

import (
	"os"
	"strings"

	"github.com/pkg/errors"

	"gorgpt/checkpoint"
	"gorgpt/gpt1"
	"gorgpt/graph"
	"gorgpt/heads"
	"gorgpt/tokenizer"
	"gorgpt/train"
)

// Forecast estimates the size of the run and its memory before any memory is allocated: the memory for
// sequences that fill the context, the time for the lengths of the rows. It returns an error if there is
// not enough memory; the forecast is valid even then.
func (o Options) Forecast(d *Data) (f train.Forecast, err error) {
	c, tok, err := o.shape()
	if err != nil || o.BuildOnly() {
		return f, err
	}
	sketch, err := gpt1.NewSketch(c)
	if err != nil {
		return f, err
	}
	fitted, err := o.Resolve(d, &Base{Model: sketch, preset: o.newPreset()})
	if err != nil {
		return f, err
	}
	need := func(micro int) (train.Memory, error) { return fitted.need(c, d.Spec, micro) }
	memory, err := need(fitted.ShareMicro())
	if err != nil {
		return f, err
	}
	length, err := d.meanLength(tok, c.NCtx)
	if err != nil {
		return f, err
	}
	f = train.Forecast{
		Parameters: c.Len(heads.Params(c.NEmbd, d.Spec.Outputs())...), Steps: fitted.Steps, Tokens: fitted.Batch * d.Spec.Sequences() * length,
		Operations: c.Operations(fitted.Share()*d.Spec.Sequences(), length), Memory: memory,
	}
	f.Memory, err = memory.Fit(fitted.Options, need)
	return f, err
}

// meanLength returns the mean number of tokens of a sequence. It looks at the first thousand rows to train on. Without
// a tokenizer, which is then still to be learned, a token is taken to have four bytes.
func (d *Data) meanLength(tok *tokenizer.Tokenizer, ctx int) (int, error) {
	spec, rows, tokens, sequences := d.Spec, d.Train[:min(len(d.Train), 1000)], 0, 0
	if tok != nil {
		var err error
		if spec.Specials, err = Specials(tok); err != nil {
			return 0, err
		}
	}
	for _, row := range rows {
		if tok == nil {
			bytes := len(strings.Join(row.Texts, "")) + len(strings.Join(row.Answers, ""))/max(len(row.Answers), 1)
			tokens, sequences = tokens+min(bytes/4+3, ctx), sequences+1
			continue
		}
		e, err := encode(spec, tok, ctx, row)
		if err != nil {
			continue // it will be left out
		}
		for _, example := range e.examples {
			for _, s := range example.Sequences {
				tokens, sequences = tokens+len(s), sequences+1
			}
		}
	}
	if sequences == 0 {
		return ctx, nil
	}
	return max((tokens+sequences-1)/sequences, 1), nil
}

// newPreset returns the preset of a model that is made for the rows, or "" if the model exists.
func (o Options) newPreset() string {
	if o.Model != "" {
		return ""
	}
	return o.preset()
}

// shape returns the shape of the model to be trained, including the special tokens. If the
// vocabulary is still to be learned, it has the largest size allowed, and tok is nil.
func (o Options) shape() (c gpt1.Config, tok *tokenizer.Tokenizer, err error) {
	if o.Model == "" {
		c, err := gpt1.Preset(o.preset())
		return c, nil, train.InOption("Preset", err)
	}
	if _, err := os.Stat(o.Folder(o.Model)); err != nil {
		return c, nil, train.InOption("Model", err)
	}
	if c, tok, err = checkpoint.ReadShape(o.Folder(o.Model)); err != nil {
		return c, nil, err
	}
	if tok, err = tok.AddSpecials(); err != nil {
		return c, nil, errors.WithMessage(err, o.Model)
	}
	c.VocabSize = tok.Size()
	return c, tok, nil
}

// need returns the memory needed with micro-batches of a size. It includes the model that the
// initial weights come from.
func (o Options) need(c gpt1.Config, spec Spec, micro int) (train.Memory, error) {
	m, err := gpt1.NewSketch(c, heads.Params(c.NEmbd, spec.Outputs())...)
	if err != nil {
		return train.Memory{}, err
	}
	head, err := heads.New(spec.Task, m, float32(o.HeadDrop))
	if err != nil {
		return train.Memory{}, err
	}
	tuner := heads.Tuner{Model: m, Head: head, Lambda: float32(o.Lambda), Micro: micro, Wide: c.Wide()}
	need, err := tuner.Need(spec.Sequences())
	if err != nil {
		return train.Memory{}, err
	}
	base, _, _ := m.Store.Bytes()
	lanes := 0
	if !c.Wide() {
		lanes = graph.MostLanes(o.Share())
	}
	return train.NewMemory(m.Store, need, base, lanes), nil
}
