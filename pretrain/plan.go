package pretrain

import (
	"context"
	"math/rand/v2"

	"github.com/pkg/errors"

	"gorgpt/gpt1"
	"gorgpt/graph"
	"gorgpt/internal/memory"
	"gorgpt/internal/plural"
	"gorgpt/train"
)

// Plan is a run that is ready to start: its options are resolved, its text is read, and the input
// has been checked.
// A Plan must not be used by several goroutines at once.
type Plan struct {
	o       Options
	to      train.Listener
	folder  *train.Folder // folder of a run to resume; nil: a new run
	earlier *train.Record
	corpus  *corpus
	model   *gpt1.Model // nil until Model is called
	lanes   int         // parts of a batch for which there is memory at once
}

// NewPlan resolves the options and reads the text. All ranks must call it. It locks a run to
// resume until the plan is closed.
func NewPlan(ctx context.Context, o Options, to train.Listener) (*Plan, error) {
	o, err := o.Resolve()
	if err != nil {
		return nil, err
	}
	if err := o.CheckRanks(); err != nil {
		return nil, err
	}
	p := &Plan{o: o, to: to}
	if p.folder, p.earlier, err = o.Reopen(to); err != nil {
		return nil, err
	}
	if err := p.read(ctx); err != nil {
		_ = p.Close() // the first error counts
		return nil, err
	}
	return p, nil
}

// read reads the text and fits the options to it.
func (p *Plan) read(ctx context.Context) (err error) {
	if p.Completed() {
		return nil
	}
	if p.folder == nil {
		if err := p.o.CheckOut(p.o.place()); err != nil {
			return err
		}
	}
	if p.corpus, err = readCorpus(ctx, p.o, p.to); err != nil {
		return err
	}
	before := p.o
	p.o = p.o.withVocabulary(p.corpus.tok, p.corpus.learned, p.to)
	if p.o, err = p.o.withLength(p.corpus); err != nil {
		return err
	}
	if p.o.Derived, err = train.Derive(p.o.Derived, before, p.o); err != nil {
		return err
	}
	return p.checkBatch()
}

// Options returns the resolved options of the run.
func (p *Plan) Options() Options { return p.o }

// Completed reports whether the run to resume is complete, so that nothing is left to do.
func (p *Plan) Completed() bool { return p.earlier != nil && p.earlier.Completed && !p.o.Extend }

// Close unlocks the run folder and closes the text.
func (p *Plan) Close() error {
	p.folder.Close()
	if p.corpus == nil {
		return nil
	}
	return p.corpus.close()
}

// withLength converts epochs into updates, if epochs are set, and fits the warm-up to them.
func (o Options) withLength(c *corpus) (Options, error) {
	if o.Epochs > 0 {
		windows := c.windows.Total(o.Epochs)
		steps := windows / o.Batch
		switch {
		case steps == 0:
			return o, train.BadOption("with {Epochs} %d, the text gives %s, fewer than one batch of %d: choose a smaller {Batch} or more {Epochs}", o.Epochs, plural.Of(windows, "window"), o.Batch)
		case o.Steps > 0 && o.Steps != steps:
			return o, train.BadOption("with {Epochs} %d, the run has %s, but {Steps} is %d: set only one of {Epochs} and {Steps}", o.Epochs, plural.Of(steps, "update"), o.Steps)
		}
		o.Steps = steps
	}
	return o.warmedUp()
}

// checkBatch returns an error if the memory does not suffice for the windows of two batches.
func (p *Plan) checkBatch() error {
	err := memory.Room(batchBytes(p.o.Batch, p.o.Ctx))
	if err != nil {
		return train.BadOption("{Batch} %d with {Ctx} %d: %v", p.o.Batch, p.o.Ctx, err)
	}
	return nil
}

// Forecast returns the size of the run and the memory that it needs. It returns an error if there
// is not enough memory; the forecast is valid even then.
func (p *Plan) Forecast() (train.Forecast, error) {
	c, err := p.config()
	if err != nil {
		return train.Forecast{}, err
	}
	need := func(micro int) (train.Memory, error) {
		m, err := gpt1.NewSketch(c)
		if err != nil {
			return train.Memory{}, err
		}
		m.Store.AllocateGradients()
		need, err := m.DeclareLM(micro, p.o.Ctx, true).Need()
		return train.NewMemory(m.Store, need, 0, lanesOf(c, p.o.Share(), micro)), err
	}
	sum, err := need(p.o.ShareMicro())
	if err != nil {
		return train.Forecast{}, err
	}
	f := train.Forecast{
		Parameters: c.Len(), Steps: p.o.Steps, Tokens: p.o.Batch * p.o.Ctx, Operations: c.Operations(p.o.Share(), p.o.Ctx), Memory: sum,
	}
	f.Memory, err = sum.Fit(p.o.Options, need)
	return f, err
}

// lanesOf returns how many parts of a rank's share of a batch are computed at once; 0 for one
// after the other.
func lanesOf(c gpt1.Config, share, micro int) int {
	if c.Wide() {
		return 0
	}
	return graph.MostLanes((share + micro - 1) / micro)
}

func (p *Plan) config() (gpt1.Config, error) { return p.o.config(p.corpus.tok.Size()) }

// Model returns the model with its initial weights.
func (p *Plan) Model() (*gpt1.Model, error) {
	if p.model != nil {
		return p.model, nil
	}
	c, err := p.config()
	if err != nil {
		return nil, err
	}
	if p.o.Init == "" {
		p.model, err = newModel(c, p.o.Seed)
		return p.model, err
	}
	m, err := gpt1.New(c)
	if err != nil {
		return nil, err
	}
	if err := p.o.readInit(m, p.to); err != nil {
		return nil, err
	}
	p.model, p.corpus.facts.Init = m, m.Store.Digest()
	return m, nil
}

// NewModel returns a new model of the shape that the options describe, without reading any text.
func NewModel(o Options) (*gpt1.Model, error) {
	o, err := o.Resolve()
	if err != nil {
		return nil, err
	}
	c, err := o.config(o.Vocab)
	if err != nil {
		return nil, err
	}
	return newModel(c, o.Seed)
}

func newModel(c gpt1.Config, seed int64) (*gpt1.Model, error) {
	m, err := gpt1.New(c)
	if err == nil {
		m.Init(uint64(seed))
	}
	return m, err
}

// Declare returns one of the graphs of a run, by its name in [train.Graphs], for inspection. fill
// writes arbitrary tokens into the graph; it is nil for the update.
func (o Options) Declare(m *gpt1.Model, name string) (g *graph.Graph, fill func(), err error) {
	m.Store.AllocateGradients()
	if name == "update" {
		g, err = o.UpdateGraph(m.Store)
		return g, nil, err
	}
	if o.Micro < 1 {
		return nil, nil, errors.New("a micro-batch must have at least one window")
	}
	lm := m.DeclareLM(o.Micro, m.NCtx, name == "step")
	return lm.Graph, func() { fillAny(lm, m.VocabSize) }, nil
}

// fillAny writes arbitrary tokens into the graph, the same at every call.
func fillAny(lm *gpt1.LM, v int) {
	r := rand.New(rand.NewPCG(1, 1))
	window := make([]int32, lm.T+1)
	for i := range lm.B {
		for k := range window {
			window[k] = r.Int32N(int32(v))
		}
		lm.Fill(i, window)
	}
	*lm.Count = float32(lm.B * lm.T)
}
