package pretrain

import (
	"gorgpt/checkpoint"
	"gorgpt/gpt1"
	"gorgpt/train"
)

// From returns the options to train the model in a folder further: its context and, by its width, the
// recipe of a preset.
func From(dir string) (Options, error) {
	c, _, err := checkpoint.ReadShape(dir)
	if err != nil {
		return Options{}, train.InOption("Init", err)
	}
	preset := "tiny"
	for _, name := range []string{"mini", "gpt1"} {
		p, err := gpt1.Preset(name)
		if err != nil {
			return Options{}, err
		}
		if c.NEmbd >= p.NEmbd {
			preset = name
		}
	}
	o, err := Defaults(preset)
	o.Init, o.Ctx = dir, c.NCtx
	if c.IsLSTM() {
		o.Arch = LSTM
	}
	return o, err
}

// initShape returns the shape of the model to train further.
func (o Options) initShape() (gpt1.Config, error) {
	c, _, err := checkpoint.ReadShape(o.Init)
	switch {
	case err != nil:
		return c, train.InOption("Init", err)
	case c.IsLSTM() != (o.Arch == LSTM):
		return c, train.BadOption("{Init} %s and {Arch} do not agree: one is an LSTM, the other a Transformer", o.Init)
	case o.Ctx > c.NCtx:
		return c, train.BadOption("{Ctx} is %d, but the model of {Init} has a context of %d: set at most that", o.Ctx, c.NCtx)
	}
	return c, nil
}

// readInit copies the weights of the model to train further. A task head is left out.
func (o Options) readInit(m *gpt1.Model, to train.Listener) error {
	from, _, err := checkpoint.ReadFolder(o.Init, 0)
	if err != nil {
		return train.InOption("Init", err)
	}
	for _, p := range m.Store.Params() {
		q := from.Store.Param(p.Name)
		if q == nil || len(q.Value) != len(p.Value) {
			return train.BadOption("{Init} %s: the weights changed while they were read: %s", o.Init, p.Name)
		}
		copy(p.Value, q.Value)
	}
	if n := from.Store.Len() - m.Store.Len(); n > 0 {
		to.Note("%s: the %d parameters of its task head are left out", o.Init, n)
	}
	return nil
}
