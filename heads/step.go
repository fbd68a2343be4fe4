package heads

import (
	"math/rand/v2"

	"gorgpt/gpt1"
	"gorgpt/graph"
)

// step is the graph of one micro-batch: forward pass, losses and, for training,
// gradients added to the store. The caller fills the slices, then runs the graph.
type step struct {
	shape
	tokens, targets []int32               // [B·S T]
	weights         []float32             // [B·S T]: weight of each target in the mean of its sequence
	pool            []int32               // [B·S]: position of the classify token
	write           func(i int, t Target) // writes the target of example i
	classes         []float32             // [K]: weights of the classes; nil: all are 1
	weight          []float32             // [B]: weight of each example's class; nil without weights
	sequences       *float32              // number in the full batch
	examples        *float32              // number in the full batch
	random          *graph.Random

	logits   graph.Node // [B K], or [B S] for multiple choice
	lmLosses graph.Node // [B·S T], unweighted
	clf, lm  graph.Node // L2 and L1: this micro-batch's part of the full batch's mean
	loss     graph.Node // L3 = L2 + λ·L1
	machine  *graph.Machine
	expr     *graph.Graph
}

// shape identifies a step graph.
type shape struct {
	b, s, t int // examples, sequences per example, tokens per sequence
	kind    kind
}

// kind says what a step computes, each more than the one before.
type kind int

const (
	predicts kind = iota // logits
	judges               // losses
	trains               // gradients
)

// declare declares the graph of a micro-batch without compiling it.
func declare(m *gpt1.Model, h *Head, lambda float32, sh shape) *step {
	g := graph.New(sh.kind == trains)
	st := &step{shape: sh, expr: g}
	n := sh.b * sh.s
	tokens, ids := g.Ints("tokens", n, sh.t)
	targets, tgt := g.Ints("targets", n, sh.t)
	weights, w := g.Floats("weights", n, sh.t)
	pool, at := g.Ints("position of the extract token", n)
	sequenceAxis := "B·S"
	if sh.s == 1 {
		sequenceAxis = "B"
	}
	task := h.Kind.Task()
	tokens = tokens.Named(sequenceAxis + " T").Parts(task.Parts(sh.s)...)
	targets, weights, pool = targets.Named(sequenceAxis+" T"), weights.Named(sequenceAxis+" T"), pool.Named(sequenceAxis)
	sequences, ns := g.Scalar("sequences")
	examples, ne := g.Scalar("examples")
	st.tokens, st.targets, st.weights, st.pool, st.sequences, st.examples = ids, tgt, w, at, ns, ne
	labels, write := task.Inputs(g, sh.b, h.scores(sh.s))
	st.write = write
	if sh.kind == trains {
		st.random = g.Random(n)
	}

	hidden := m.Hidden(tokens)                              // [B·S T C]
	st.logits = h.Logits(hidden.PickRows(pool), sh.b, sh.s) // [B K]
	if sh.kind == predicts {
		return st
	}
	losses := h.Losses(st.logits, labels) // [B]
	if sh.kind == trains && h.ClassWeights != nil {
		weight, x := g.Floats("class weights", sh.b)
		st.classes, st.weight = h.ClassWeights, x
		st.clf = losses.WeightedSumOver(weight.Named("B"), examples) // L2
	} else {
		st.clf = losses.SumOver(examples) // L2
	}
	st.lmLosses = m.Losses(hidden, targets)                 // [B·S T]
	st.lm = st.lmLosses.WeightedSumOver(weights, sequences) // L1
	st.loss = st.clf
	if lambda != 0 {
		st.loss = st.clf.AddScaled(st.lm, lambda) // L3 = L2 + λ·L1
	}
	if sh.kind == trains {
		g.Backward(st.loss)
	}
	return st
}

// kept are the nodes whose values are read after a run.
func (st *step) kept() []graph.Node {
	if st.kind == predicts {
		return []graph.Node{st.logits}
	}
	return []graph.Node{st.logits, st.lmLosses}
}

func (st *step) compile(arena *graph.Arena) (err error) {
	st.machine, err = st.expr.Compile(arena, st.kept()...)
	return err
}

// losses returns this micro-batch's parts of the losses of the last run.
func (st *step) losses() Losses {
	return Losses{Total: float64(st.loss.Value()), Task: float64(st.clf.Value()), LM: float64(st.lm.Value())}
}

// fill writes examples of the full batch, given by their numbers at, into the inputs. first has the
// number of the first sequence of each example of the batch; sequence numbers select dropout masks.
func (st *step) fill(batch []Encoded, first, at []int) {
	for i, number := range at {
		e := batch[number]
		for k, seq := range e.Sequences {
			row := i*st.s + k
			st.fillSequence(row, seq)
			if st.random != nil {
				st.random.Seq[row] = int32(first[number] + k)
			}
		}
		st.write(i, e.Target)
		if st.weight != nil {
			st.weight[i] = st.classes[e.Label]
		}
	}
}

// fillAny fills the inputs with full sequences of arbitrary tokens, the same in every call.
func (st *step) fillAny(v int32) {
	r := rand.New(rand.NewPCG(1, 1))
	batch, at := make([]Encoded, st.b), make([]int, st.b)
	for i := range batch {
		at[i] = i
		for range st.s {
			seq := make([]int32, st.t)
			for k := range seq {
				seq[k] = r.Int32N(v)
			}
			batch[i].Sequences = append(batch[i].Sequences, seq)
		}
	}
	first, sequences := firstSequences(batch)
	st.fill(batch, first, at)
	*st.sequences, *st.examples = float32(sequences), float32(st.b)
}

// fillSequence writes one sequence, padded on the right with id 0, and the targets of its language
// model loss: all tokens except the first, each with weight 1/(number of targets).
func (st *step) fillSequence(row int, seq []int32) {
	lo, hi := row*st.t, (row+1)*st.t
	tokens, targets, weights := st.tokens[lo:hi], st.targets[lo:hi], st.weights[lo:hi]
	clear(tokens[copy(tokens, seq):])
	clear(targets[copy(targets, seq[1:]):])
	for i := range weights {
		weights[i] = 0
		if i < len(seq)-1 {
			weights[i] = 1 / float32(len(seq)-1)
		}
	}
	st.pool[row] = int32(len(seq) - 1)
}
