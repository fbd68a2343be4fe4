// Package gorgpt uses a GPT-1 that was trained here or elsewhere.
//
// [Open] reads a model folder: the run folder of gorgpt train or finetune, a folder in Hugging
// Face's openai-gpt format, or OpenAI's release of 2018. [Model.Generate] continues a text and
// [Model.Score] says how probable a text is. If the model was fine-tuned, [Model.Predict] and
// [Model.PredictAll] give its labels for the inputs that [Text], [Pair] and [Question] make.
//
// The package prints nothing, writes no files and opens no connections. To train, use packages
// pretrain and finetune.
package gorgpt

import (
	"runtime"
	"slices"
	"sync/atomic"
	"time"

	"github.com/pkg/errors"

	"gorgpt/finetune"
	"gorgpt/generate"
	"gorgpt/graph"
	"gorgpt/tokenizer"
)

// Model is a model with its tokenizer and, if it was fine-tuned, its task. A Model is safe for
// concurrent use: calls share the weights and the cores, and none changes the result of another.
type Model struct {
	opened atomic.Pointer[opened] // nil once the model is closed
	labels []string
	task   string
	input  string // the function that makes inputs; "" without a task
}

// opened is what a model consists of.
type opened struct {
	base    *finetune.Base
	never   []int32 // tokens that no text has
	cutLong bool
	scorer  *generate.Scorer
	author  *author
	queue   *queue // nil unless the model was fine-tuned

	explaining chan struct{}       // holds a value while somebody uses the explainer
	explainer  *finetune.Explainer // nil before the first explanation
	looking    chan struct{}       // holds a value while somebody looks inside
	scoring    chan struct{}       // holds a value for each call that scores or inspects, which needs memory of its own
}

// Dtype is a type of weights; see [Compute]. A Dtype is safe for concurrent use.
type Dtype = graph.Dtype

// The types of weights. With each of them, sums are float32, and results are the same for any number
// of cores. BFloat16 takes half of the memory of Float32, and Int8 a quarter; both write faster.
const (
	Float32  = graph.Float32
	BFloat16 = graph.BFloat16
	Int8     = graph.Int8
)

// Option changes how [Open] opens a model. An Option is safe for concurrent use.
type Option func(*options)

type options struct {
	dtype   Dtype
	cutLong bool
	observe func(Batch)
}

// Compute keeps the weights in type d and computes with them. Without this option it is the type
// that the folder holds.
func Compute(d Dtype) Option { return func(o *options) { o.dtype = d } }

// CutLong cuts inputs that are longer than the model can read, as training does: the end of a text
// or context, never a question or an answer. [Prediction.Cut] says when that happened. Without this
// option, such an input is a [LengthError].
func CutLong() Option { return func(o *options) { o.cutLong = true } }

// Observe calls f after each batch that is computed for calls of Generate, Continue and Predict, from any goroutine.
// f must return soon.
func Observe(f func(Batch)) Option { return func(o *options) { o.observe = f } }

// Batch is what was computed together: one token of several texts, or predictions.
// A Batch is safe for concurrent use.
type Batch struct {
	Writes bool // tokens were written; false: inputs were predicted
	Inputs int  // texts or inputs
	Tokens int  // that were read for them
	Took   time.Duration
}

// Load is how much is being done for all calls. A Load is safe for concurrent use.
type Load struct {
	Writing, WaitingToWrite int // texts
	WaitingToPredict        int // inputs that are in no batch yet
}

// Load says how much there is to do now.
func (m *Model) Load() (l Load) {
	in := m.opened.Load()
	if in == nil {
		return l
	}
	l.Writing, l.WaitingToWrite = in.author.load()
	if in.queue != nil {
		l.WaitingToPredict = in.queue.load()
	}
	return l
}

// Open reads the model in the folder dir. If it cannot, the error is a [FolderError] or, if the
// weights do not fit into memory, a [MemoryError].
func Open(dir string, with ...Option) (*Model, error) {
	o := options{observe: func(Batch) {}}
	for _, option := range with {
		option(&o)
	}
	if o.dtype != "" && !slices.Contains(graph.Dtypes(), o.dtype) {
		return nil, errors.Errorf("opening a model: %q is not a type of weights: it must be one of %v", o.dtype, graph.Dtypes())
	}
	base, err := finetune.ReadModel(dir, o.dtype)
	if err != nil {
		return nil, openError(dir, err)
	}
	in := &opened{base: base, cutLong: o.cutLong, scorer: generate.NewScorer(base.Model), author: &author{model: base.Model, observe: o.observe}, explaining: make(chan struct{}, 1), looking: make(chan struct{}, 1)}
	in.scoring = make(chan struct{}, runtime.GOMAXPROCS(0))
	if base.Model.Wide() { // one call uses all cores
		in.scoring = make(chan struct{}, 1)
	}
	for _, token := range []string{tokenizer.Unknown, tokenizer.Start, tokenizer.Delimiter, tokenizer.Classify} {
		if id, found := base.Tok.ID(token); found && int(id) < base.Model.VocabSize {
			in.never = append(in.never, id)
		}
	}
	m := &Model{}
	if spec := base.Spec(); spec.Task != "" {
		predictor, err := finetune.NewPredictor(base)
		if err != nil {
			return nil, openError(dir, err)
		}
		in.queue = &queue{predictor: predictor, observe: o.observe}
		m.task, m.labels, m.input = string(spec.Task), spec.Labels, inputOf(spec.Task.Task().Fields())
	}
	m.opened.Store(in)
	return m, nil
}

// openError returns the error of opening a folder in its type.
func openError(dir string, err error) error {
	var memory *MemoryError
	if errors.As(err, &memory) {
		return memory
	}
	return &FolderError{dir, err}
}

// Task is the task that the model was fine-tuned for, as in "classification"; "" if it was not.
func (m *Model) Task() string { return m.task }

// Labels are the labels of the task, in the order of [Prediction.Probabilities]; nil for a score, for
// questions, and for a model that was not fine-tuned.
func (m *Model) Labels() []string { return slices.Clone(m.labels) }

// Tokenizer returns the tokenizer of the model.
func (m *Model) Tokenizer() (*tokenizer.Tokenizer, error) {
	in, err := m.use()
	if err != nil {
		return nil, err
	}
	return in.base.Tok, nil
}

// ReadsPairs reports whether the inputs of the model's task are pairs.
func (m *Model) ReadsPairs() bool { return m.input == "Pair" }

// Parameters is the number of the model's weights, 0 once it is closed.
func (m *Model) Parameters() int {
	if in := m.opened.Load(); in != nil {
		return in.base.Model.Store.Len()
	}
	return 0
}

// Context is the number of tokens that the model can read, 0 once it is closed.
func (m *Model) Context() int {
	if in := m.opened.Load(); in != nil {
		return in.base.Model.NCtx
	}
	return 0
}

// Close gives up the model's memory. Calls that are running end as if it were open, and the memory
// they use is free when they have ended. Later calls return [ErrClosed]. To close a model twice is no error.
func (m *Model) Close() error {
	m.opened.Store(nil)
	return nil
}

// use returns what the model consists of, or ErrClosed.
func (m *Model) use() (*opened, error) {
	if in := m.opened.Load(); in != nil {
		return in, nil
	}
	return nil, ErrClosed
}
