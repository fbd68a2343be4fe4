package finetune

import (
	"io"

	"gorgpt/gpt1"
	"gorgpt/heads"
	"gorgpt/train"
)

// needOf is the memory for fine-tuning a model of a shape, vocabulary with special tokens
// included. Beside it there is the model that the weights come from.
func needOf(c gpt1.Config, spec Spec, s *Settings, micro int) (train.Memory, error) {
	m, err := gpt1.NewSketch(c, heads.Params(c.NEmbd, spec.Outputs())...)
	if err != nil {
		return train.Memory{}, err
	}
	head, err := heads.New(spec.Task, m, float32(max(s.HeadDrop, 0)))
	if err != nil {
		return train.Memory{}, err
	}
	tuner := heads.Tuner{Model: m, Head: head, Lambda: float32(s.Lambda), Micro: micro}
	need, err := tuner.Need(spec.Sequences())
	if err != nil {
		return train.Memory{}, err
	}
	base, _, _ := m.Store.Bytes()
	return train.NewMemory(m.Store, need, base), nil
}

// forecast refuses a run for which there is no memory. With -dry-run it tells what the run
// needs, and that it is all.
func (j *Job) forecast(w io.Writer) (done bool, err error) {
	c, spec := j.model.Config, j.task.Spec
	need := func(micro int) (train.Memory, error) { return needOf(c, j.task.Spec, j.Settings, micro) }
	memory, err := need(j.Micro)
	if err != nil {
		return false, err
	}
	if j.DryRun {
		train.Forecast{
			Parameters: j.model.Store.Len(), Steps: j.Steps, Tokens: j.Batch * spec.Sequences() * c.NCtx,
			Operations: c.Operations(j.Batch*spec.Sequences(), c.NCtx), Memory: memory,
		}.Print(w)
	}
	return j.DryRun, memory.Check(&j.Settings.Settings, need)
}
