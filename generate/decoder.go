package generate

import (
	"github.com/pkg/errors"

	"gorgpt/gpt1"
	"gorgpt/graph"
)

// decoder runs the model on sequences of equal, growing length, and keeps their keys and values.
type decoder struct {
	model  *gpt1.Model
	rows   int    // sequences that the caches have room for
	past   int    // positions in the caches, the same for all sequences
	seen   uint64 // updates of the weights before the first position
	caches []*graph.Cache
	arena  graph.Arena
	passes map[[2]int]*pass // by batch and length
}

var errTrained = errors.New("the model was trained while it wrote: the tokens would come from different weights")

// pass is the graph that reads t more tokens of b sequences.
type pass struct {
	ids, at []int32
	logits  graph.Node // [B V'], after the last of the tokens
	machine *graph.Machine
	scores  [][]float32 // B × [V], the rows of logits
}

// reserve makes room for the given number of sequences. New caches start empty.
func (d *decoder) reserve(rows int) {
	if rows > d.rows {
		d.rows, d.past = rows, 0
		d.caches = d.model.NewCaches(rows)
		d.passes = map[[2]int]*pass{} // they are bound to the old caches
	}
}

// restart forgets all positions.
func (d *decoder) restart() { d.past, d.seen = 0, d.model.Store.Updates() }

// room is how many positions are left.
func (d *decoder) room() int { return d.model.NCtx - d.past }

// copyRow copies the positions of sequence from to sequence to.
func (d *decoder) copyRow(to, from int) {
	for _, c := range d.caches {
		c.Copy(to, from, d.past)
	}
}

// feed reads n more tokens of each of the first B sequences and returns the score of every token as
// the next one. The result is valid until the next call. ids B × n → B × [V]
func (d *decoder) feed(ids [][]int32) ([][]float32, error) {
	b, n := len(ids), len(ids[0])
	switch {
	case n == 0:
		return nil, errors.New("there is no token to continue")
	case n > d.room():
		return nil, errors.Errorf("%d tokens do not fit into the %d positions left", n, d.room())
	}
	var p *pass
	for from := 0; from < n; {
		t := 1 // the largest power of two that fits, so that few graphs serve all lengths
		for 2*t <= n-from {
			t *= 2
		}
		var err error
		if p, err = d.pass(b, t); err != nil {
			return nil, err
		}
		for i, row := range ids {
			copy(p.ids[i*t:(i+1)*t], row[from:])
		}
		p.at[0] = int32(d.past)
		if err := p.machine.Run(); err != nil {
			return nil, err
		}
		d.past += t
		from += t
	}
	if d.seen != d.model.Store.Updates() {
		return nil, errTrained
	}
	return p.read(d.model.VocabSize), nil
}

// pass returns the graph for b sequences and t tokens.
func (d *decoder) pass(b, t int) (*pass, error) {
	if p, found := d.passes[[2]int{b, t}]; found {
		return p, nil
	}
	p, g := d.declare(b, t)
	m, err := g.Compile(&d.arena, p.logits)
	if err != nil {
		return nil, err
	}
	p.machine, p.scores = m, make([][]float32, b)
	d.passes[[2]int{b, t}] = p
	return p, nil
}

// Declare builds the graph that reads one further token of each of b texts, to be drawn. fill
// sets its inputs to any token, at the last position of the context.
func Declare(m *gpt1.Model, b int) (g *graph.Graph, fill func()) {
	d := &decoder{model: m}
	d.reserve(b)
	p, g := d.declare(b, 1)
	return g, func() { p.at[0] = int32(m.NCtx - 1) }
}

func (d *decoder) declare(b, t int) (*pass, *graph.Graph) {
	p := &pass{}
	g := graph.New(false)
	ids, in := g.Ints("inputs", b, t)
	at, position := g.Ints("position", 1)
	last, lasts := g.Ints("last", b)
	ids, last = ids.Named("B T"), last.Named("B")
	p.ids, p.at = in, position
	for i := range lasts {
		lasts[i] = int32(t - 1)
	}
	h := d.model.Cached(ids, at, d.caches) // [B T C]
	defer g.Scope("lm")()
	p.logits = d.model.Logits(h.PickRows(last)) // [B V']
	return p, g
}

// read returns the scores of the last run.
func (p *pass) read(v int) [][]float32 {
	values := p.logits.Values()
	stride := len(values) / len(p.scores)
	for i := range p.scores {
		p.scores[i] = values[i*stride : i*stride+v]
	}
	return p.scores
}
