package generate

import (
	"slices"

	"github.com/pkg/errors"

	"gorgpt/gpt1"
	"gorgpt/graph"
)

// decoder runs the model on texts that grow, and keeps their keys and values.
type decoder struct {
	model  *gpt1.Model
	slots  int    // texts that the caches have room for
	seen   uint64 // updates of the weights before the first position
	caches []*graph.Cache
	arena  graph.Arena
	passes map[[2]int]*pass // by batch and length
	scores [][]float32      // copies of scores, for texts that are not read together
}

var errTrained = errors.New("the model was trained while it wrote: the tokens would come from different weights")

// pass is the graph that reads t more tokens of b texts.
type pass struct {
	ids       []int32    // [B T]
	at, slots []int32    // [B]
	logits    graph.Node // [B V'], after the last of the tokens
	machine   *graph.Machine
}

// reserve makes room for the given number of texts. What the caches hold stays.
func (d *decoder) reserve(slots int) {
	if slots <= d.slots {
		return
	}
	old := d.caches
	d.caches = d.model.NewCaches(slots)
	for i, c := range old {
		d.caches[i].CopyAll(c)
	}
	d.slots, d.passes = slots, map[[2]int]*pass{} // the old ones are bound to the old caches
}

// restart notes the weights that all texts from now on are read with.
func (d *decoder) restart() { d.seen = d.model.Store.Updates() }

// copyText gives text to the positions of text from.
func (d *decoder) copyText(to, from *text) {
	for _, c := range d.caches {
		c.Copy(to.slot, from.slot, from.past)
	}
	to.ids, to.from, to.past = append(to.ids[:0], from.ids...), from.from, from.past
}

// read reads what is new in each text, at least one token, and returns the score of every token as
// the next one of each. Texts with one new token are read together. The result is valid until the
// next call. → texts × [V]
func (d *decoder) read(texts []*text) ([][]float32, error) {
	scores := make([][]float32, len(texts))
	var together []int
	for i, t := range texts {
		unread := t.unread()
		if len(unread) == 1 {
			together = append(together, i)
			continue
		}
		logits, err := d.readAlone(t, unread)
		if err != nil {
			return nil, err
		}
		if scores[i] = logits; len(texts) > 1 { // the next pass takes the memory
			scores[i] = d.copyOf(i, logits)
		}
	}
	if len(together) > 0 {
		p, err := d.pass(len(together), 1)
		if err != nil {
			return nil, err
		}
		for k, i := range together {
			t := texts[i]
			p.ids[k], p.at[k], p.slots[k] = t.ids[len(t.ids)-1], int32(t.past), int32(t.slot)
			t.past++
		}
		if err := p.machine.Run(); err != nil {
			return nil, err
		}
		for k, i := range together {
			scores[i] = p.row(k, d.model.VocabSize)
		}
	}
	if d.seen != d.model.Store.Updates() {
		return nil, errTrained
	}
	return scores, nil
}

// readAlone reads tokens of one text. → [V]
func (d *decoder) readAlone(text *text, ids []int32) ([]float32, error) {
	if len(ids) == 0 {
		return nil, errors.New("there is no token to continue")
	}
	for {
		t := 1 // the largest power of two that fits, so that few graphs serve all lengths
		for 2*t <= len(ids) {
			t *= 2
		}
		p, err := d.pass(1, t)
		if err != nil {
			return nil, err
		}
		copy(p.ids, ids)
		p.at[0], p.slots[0] = int32(text.past), int32(text.slot)
		if err := p.machine.Run(); err != nil {
			return nil, err
		}
		text.past += t
		if ids = ids[t:]; len(ids) == 0 {
			return p.row(0, d.model.VocabSize), nil
		}
	}
}

// copyOf keeps the scores of text i.
func (d *decoder) copyOf(i int, scores []float32) []float32 {
	for len(d.scores) <= i {
		d.scores = append(d.scores, nil)
	}
	d.scores[i] = append(d.scores[i][:0], scores...)
	return d.scores[i]
}

// pass returns the graph for b texts and t tokens.
func (d *decoder) pass(b, t int) (*pass, error) {
	if p, found := d.passes[[2]int{b, t}]; found {
		return p, nil
	}
	p, g := d.declare(b, t)
	m, err := g.Compile(&d.arena, p.logits)
	if err != nil {
		return nil, err
	}
	p.machine = m
	d.passes[[2]int{b, t}] = p
	return p, nil
}

// Declare builds the graph that reads one further token of each of b texts, to be drawn. fill
// sets its inputs to any token, at the last position of the context.
func Declare(m *gpt1.Model, b int) (g *graph.Graph, fill func()) {
	d := &decoder{model: m}
	d.reserve(b)
	p, g := d.declare(b, 1)
	return g, func() {
		for i := range b {
			p.at[i], p.slots[i] = int32(m.NCtx-1), int32(i)
		}
	}
}

func (d *decoder) declare(b, t int) (*pass, *graph.Graph) {
	p := &pass{}
	g := graph.New(false)
	ids, in := g.Ints("inputs", b, t)
	at, positions := g.Ints("positions", b)
	slots, places := g.Ints("slots", b)
	last, lasts := g.Ints("last", b)
	ids, at, slots, last = ids.Named("B T"), at.Named("B"), slots.Named("B"), last.Named("B")
	p.ids, p.at, p.slots = in, positions, places
	for i := range lasts {
		lasts[i] = int32(t - 1)
	}
	h := d.model.Cached(ids, at, slots, d.caches) // [B T C]
	defer g.Scope("lm")()
	p.logits = d.model.Logits(h.PickRows(last)) // [B V']
	return p, g
}

// row returns the scores of text b after a run.
func (p *pass) row(b, v int) []float32 {
	values := p.logits.Values()
	stride := len(values) / len(p.at)
	return slices.Clip(values[b*stride : b*stride+v])
}
