package finetune

import (
	"os"

	"github.com/pkg/errors"

	"gorgpt/checkpoint"
	"gorgpt/gpt1"
	"gorgpt/graph"
	"gorgpt/heads"
	"gorgpt/train"
)

// Forecast estimates the size of the run and its memory before any memory is allocated. It returns
// an error if there is not enough memory; the forecast is valid even then.
func (o Options) Forecast(d *Data) (f train.Forecast, err error) {
	c, err := o.shape()
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
	sequences := fitted.Batch * d.Spec.Sequences()
	f = train.Forecast{
		Parameters: c.Len(heads.Params(c.NEmbd, d.Spec.Outputs())...), Steps: fitted.Steps, Tokens: sequences * c.NCtx,
		Operations: c.Operations(fitted.Share()*d.Spec.Sequences(), c.NCtx), Memory: memory,
	}
	f.Memory, err = memory.Fit(fitted.Options, need)
	return f, err
}

// newPreset returns the preset of a model that is made for the rows, or "" if the model exists.
func (o Options) newPreset() string {
	if o.Model != "" {
		return ""
	}
	return o.preset()
}

// shape returns the shape of the model to be trained, including the special tokens. If the
// vocabulary is still to be learned, it has the largest size allowed.
func (o Options) shape() (gpt1.Config, error) {
	if o.Model == "" {
		c, err := gpt1.Preset(o.preset())
		return c, train.InOption("Preset", err)
	}
	if _, err := os.Stat(o.Folder(o.Model)); err != nil {
		return gpt1.Config{}, train.InOption("Model", err)
	}
	c, tok, err := checkpoint.ReadShape(o.Folder(o.Model))
	if err != nil {
		return gpt1.Config{}, err
	}
	if tok, err = tok.AddSpecials(); err != nil {
		return gpt1.Config{}, errors.WithMessage(err, o.Model)
	}
	c.VocabSize = tok.Size()
	return c, nil
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
