package gorgpt

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/pkg/errors"

	"gorgpt/generate"
	"gorgpt/gpt1"
	"gorgpt/internal/kernels"
	"gorgpt/internal/memory"
	"gorgpt/internal/parallel"
)

// mostTexts is the most texts that are written at once; more wait. With more memory than their keys
// and values may take, a larger batch hardly writes more tokens a second.
const mostTexts = 32

// ahead is how many tokens a text may be ahead of its reader.
const ahead = 16

// author writes the texts of all calls in one batch, which they join and leave between any two
// tokens. One goroutine computes it while there is something to write. The batch keeps the memory and
// the graphs of the most texts that it has had at once.
type author struct {
	model   *gpt1.Model
	observe func(Batch)

	mu      sync.Mutex
	batch   *generate.Batch
	texts   []*writing // in the order in which they came; the batch has room for some of them
	running bool
}

// writing is a text that a call is writing.
type writing struct {
	prompt []int32
	o      generate.Options
	sample int
	rank   int          // alternatives to each token; 0: none, and no log-probabilities; or everything
	tokens chan written // closed at the end of the text
	err    error        // to be read when tokens is closed

	left int               // tokens still to be written
	gone bool              // nobody reads it any more
	in   *generate.Writing // nil before it has joined
}

// placed reports whether a text has a place in the batch.
func (w *writing) placed() bool { return w.in != nil && !w.in.Paused() }

// written is a token that was written.
type written struct {
	id      int32
	logProb float64
	best    []generate.Ranked
	all     []float64 // by id [V]
}

// everything is the rank of a text whose tokens come with the log-probabilities of all tokens.
const everything = -1

// write gives the tokens that follow a prompt until give returns false, or ctx ends. Each has its
// log-probability and the given number of alternatives, unless that is 0.
func (a *author) write(ctx context.Context, prompt []int32, o generate.Options, sample, rank int, give func(written) bool) error {
	w := &writing{prompt: prompt, o: o, sample: sample, rank: rank, tokens: make(chan written, ahead), left: o.Tokens}
	a.mu.Lock()
	a.texts = append(a.texts, w)
	a.start()
	a.mu.Unlock()
	for {
		if err := ctx.Err(); err != nil {
			a.leave(w)
			return err
		}
		select {
		case token, more := <-w.tokens:
			if !more {
				return w.err
			}
			if len(w.tokens) == ahead/2 { // it may have stopped because nobody read
				a.mu.Lock()
				a.start()
				a.mu.Unlock()
			}
			if !give(token) {
				a.leave(w)
				return nil
			}
		case <-ctx.Done():
		}
	}
}

// leave says that nobody reads a text any more.
func (a *author) leave(w *writing) {
	a.mu.Lock()
	defer a.mu.Unlock()
	w.gone = true
	a.start()
}

// start makes sure that somebody writes. The caller holds the lock.
func (a *author) start() {
	if !a.running {
		a.running = true
		go a.run()
	}
}

// run writes until no text can go on.
func (a *author) run() {
	kernels.Expect(1)
	defer kernels.Expect(-1)
	for {
		round := a.next()
		if len(round) == 0 {
			return
		}
		a.compute(round)
	}
}

// next lets texts join and leave, and returns those to be given a token now. If it returns none, the
// caller must stop: another goroutine may take over.
func (a *author) next() (round []*writing) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.sweep()
	a.place()
	a.sweep() // those that could not join
	for _, w := range a.texts {
		if w.placed() && len(w.tokens) < ahead {
			round = append(round, w)
		}
	}
	a.running = len(round) > 0
	return round
}

// sweep ends texts that are complete, have failed, or that nobody reads.
func (a *author) sweep() {
	a.texts = slices.DeleteFunc(a.texts, func(w *writing) bool {
		if !w.gone && w.left > 0 && w.err == nil {
			return false
		}
		if w.in != nil {
			a.batch.Leave(w.in)
		}
		close(w.tokens)
		return true
	})
}

// place gives places in the batch to texts that wait for one. If it is full, texts that are ahead of their readers make
// room, until half of what they are ahead has been read.
func (a *author) place() {
	if a.batch == nil {
		a.batch = generate.NewBatch(a.model, textsAtOnce(a.model.Config))
	}
	var idle []*writing
	for _, w := range a.texts {
		if w.placed() && len(w.tokens) == ahead {
			idle = append(idle, w)
		}
	}
	for _, w := range a.texts {
		if w.placed() || len(w.tokens) > ahead/2 {
			continue
		}
		if a.batch.Full() && len(idle) > 0 {
			a.batch.Pause(idle[0].in)
			idle = idle[1:]
		}
		switch {
		case a.batch.Full():
			return
		case w.in == nil:
			w.in, w.err = a.batch.Join(w.prompt, w.o, w.sample)
		default:
			w.err = a.batch.Resume(w.in)
		}
	}
}

// compute gives each text its next token. An error of the batch, such as that of a model that is being
// trained, ends all of them.
func (a *author) compute(round []*writing) {
	texts := make([]*generate.Writing, len(round))
	for i, w := range round {
		texts[i] = w.in
	}
	start, unread := time.Now(), map[*generate.Writing]int{}
	for _, w := range texts {
		unread[w] = w.Unread()
	}
	got, err := a.try(texts)
	tokens := 0
	for _, w := range got {
		tokens += unread[w]
	}
	a.observe(Batch{Writes: true, Inputs: len(got), Tokens: tokens, Took: time.Since(start)})
	next := make([]written, len(round))
	_ = parallel.Do(len(round), func(i int) error {
		w := round[i]
		switch next[i].id = w.in.ID; {
		case err != nil || w.in.Err != nil || w.in.ID < 0:
		case w.rank == everything:
			next[i].all = generate.LogSoftmax(w.in.Scores)
		case w.rank > 0:
			next[i].logProb, next[i].best = generate.Rank(w.in.Scores, w.in.ID, w.rank)
		}
		return nil
	})
	a.mu.Lock()
	defer a.mu.Unlock()
	for i, w := range round {
		switch {
		case err != nil:
			w.err = err
		case !slices.Contains(got, w.in):
		case w.in.Err != nil:
			w.err = w.in.Err
		default:
			w.left--
			w.tokens <- next[i] // there is room: only this goroutine sends
		}
	}
}

// try computes a round. A panic, which would be a mistake in this library, is an error: the goroutine
// belongs to the calls, which could not recover from it.
func (a *author) try(texts []*generate.Writing) (got []*generate.Writing, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = errors.Errorf("writing: %v", p)
		}
	}()
	return a.batch.Round(texts)
}

// textsAtOnce is the number of texts whose keys and values may be in memory: those that take a quarter
// of what is free.
func textsAtOnce(c gpt1.Config) int {
	each := int64(4 * 2 * c.NLayer * c.NCtx * c.NEmbd)
	free, err := memory.Free()
	if err != nil {
		return mostTexts
	}
	return int(max(1, min(mostTexts, free/4/each)))
}

// load is the number of texts that are in the batch, and that wait.
func (a *author) load() (writing, waiting int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, w := range a.texts {
		if w.placed() {
			writing++
		}
	}
	return writing, len(a.texts) - writing
}
