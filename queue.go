package gorgpt

import (
	"cmp"
	"context"
	"runtime"
	"slices"
	"sync"
	"time"

	"github.com/pkg/errors"

	"gorgpt/finetune"
	"gorgpt/heads"
	"gorgpt/internal/kernels"
)

// batchTokens is about the number of tokens of a batch: enough to make its fixed cost small, and few
// enough that nobody waits long.
const batchTokens = 256

// queue gathers the inputs of all calls into batches, each of which one goroutine computes. There are
// as many of these goroutines as cores while inputs wait, and none otherwise. So many small calls
// are as fast as one large call, and take no more memory.
type queue struct {
	predictor *finetune.Predictor
	observe   func(Batch)

	mu      sync.Mutex
	waiting []*job
	running int // goroutines
}

// job is an input that waits for its prediction, which is number at of a call.
type job struct {
	call *call
	at   int
}

// call is one call of PredictAll.
type call struct {
	ctx      context.Context
	examples [][]heads.Encoded // the windows of each input
	done     chan struct{}     // closed when all have predictions, or with the first error

	mu          sync.Mutex
	predictions []finetune.Prediction
	left        int
	err         error
}

// predict waits for the predictions of examples, or for the end of ctx.
func (q *queue) predict(ctx context.Context, examples [][]heads.Encoded) ([]finetune.Prediction, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	c := &call{
		ctx: ctx, examples: examples, done: make(chan struct{}),
		predictions: make([]finetune.Prediction, len(examples)), left: len(examples),
	}
	q.add(c)
	select {
	case <-c.done:
		return c.predictions, c.err
	case <-ctx.Done():
		q.drop(c)
		return nil, ctx.Err()
	}
}

// add makes the examples of a call wait, in order of their length, so that batches have little padding.
func (q *queue) add(c *call) {
	jobs, tokens := make([]*job, len(c.examples)), 0
	for i, e := range c.examples {
		jobs[i] = &job{c, i}
		tokens += size(e)
	}
	slices.SortStableFunc(jobs, func(a, b *job) int { return cmp.Compare(size(c.examples[a.at]), size(c.examples[b.at])) })
	q.mu.Lock()
	defer q.mu.Unlock()
	q.waiting = append(q.waiting, jobs...)
	for batches := 1 + tokens/batchTokens; batches > 0 && q.running < runtime.GOMAXPROCS(0); batches-- {
		q.running++
		go q.run()
	}
}

// size is the number of tokens of an input.
func size(windows []heads.Encoded) (n int) {
	for _, e := range windows {
		for _, s := range e.Sequences {
			n += len(s)
		}
	}
	return n
}

// drop removes what a call is waiting for.
func (q *queue) drop(c *call) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.waiting = slices.DeleteFunc(q.waiting, func(j *job) bool { return j.call == c })
}

// run computes batches until nothing waits.
func (q *queue) run() {
	kernels.Expect(1)
	defer kernels.Expect(-1)
	for {
		batch := q.next()
		if len(batch) == 0 {
			return
		}
		q.compute(batch)
		// Callers that have their predictions often have more inputs. They run now, not when the scheduler would interrupt
		// this goroutine, so that the next batches are full.
		runtime.Gosched()
	}
}

// next takes the next batch. Without one, the goroutine that asked for it ends.
func (q *queue) next() []*job {
	q.mu.Lock()
	defer q.mu.Unlock()
	n, tokens := 0, 0
	for ; n < len(q.waiting); n++ {
		j := q.waiting[n]
		if tokens += size(j.call.examples[j.at]); n > 0 && tokens > batchTokens {
			break
		}
	}
	batch := q.waiting[:n:n]
	q.waiting = q.waiting[n:]
	if n == 0 {
		q.waiting = nil
		q.running--
	}
	return batch
}

// compute predicts a batch and gives each call its predictions. A batch that one call waits for alone
// ends with its context.
func (q *queue) compute(batch []*job) {
	ctx, examples, tokens, start := batch[0].call.ctx, make([][]heads.Encoded, len(batch)), 0, time.Now()
	for i, j := range batch {
		examples[i] = j.call.examples[j.at]
		tokens += size(examples[i])
		if j.call != batch[0].call {
			ctx = context.Background()
		}
	}
	predictions, err := q.try(ctx, examples)
	q.observe(Batch{Inputs: len(batch), Tokens: tokens, Took: time.Since(start)})
	for i, j := range batch {
		if err != nil {
			j.call.end(err)
		} else {
			j.call.give(j.at, predictions[i])
		}
	}
}

// try predicts examples. A panic, which would be a mistake in this library, is an error: the goroutine
// belongs to the calls, which could not recover from it.
func (q *queue) try(ctx context.Context, examples [][]heads.Encoded) (predictions []finetune.Prediction, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = errors.Errorf("predicting: %v", p)
		}
	}()
	return q.predictor.Predict(ctx, examples)
}

// give stores a prediction.
func (c *call) give(at int, p finetune.Prediction) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.err != nil {
		return
	}
	c.predictions[at] = p
	if c.left--; c.left == 0 {
		close(c.done)
	}
}

// end ends a call with an error.
func (c *call) end(err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.err == nil {
		c.err, c.predictions = err, nil
		close(c.done)
	}
}

// load is the number of inputs that wait.
func (q *queue) load() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	return len(q.waiting)
}
