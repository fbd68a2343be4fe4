package zeroshot

import (
	"context"
	"time"

	"github.com/pkg/errors"

	"gorgpt/graph"
	"gorgpt/internal/results"
	"gorgpt/tokenizer"
	"gorgpt/train"
)

// Pairs measures all states of runs on minimal pairs. A model is right if it gives the grammatical sentence
// the higher probability, that of all its tokens.
type Pairs struct {
	Paradigms []Paradigm
	Runs      []Run

	// Before is a text that stands before each sentence, so that its first token has a probability, too.
	// GPT-1 has no token for the beginning of a text; the end of a sentence serves. "": the first token does not count.
	Before string

	// Dtype is the type of weights that is computed with; "": what the folders hold.
	Dtype graph.Dtype

	// AllowUnknown also allows pairs of which a vocabulary cannot spell half.
	AllowUnknown bool
}

// PairsID identifies a result on a paradigm by everything that determines it.
type PairsID struct {
	Paradigm string `json:"paradigm"`
	Before   string `json:"before"`
	Model    string `json:"model_digest"` // digest of shape, weights and vocabulary
	Data     string `json:"data_digest"`  // digest of the file
}

// PairsResult is the result of one state of a model on one paradigm.
type PairsResult struct {
	PairsID
	Field   string  `json:"field"`
	Term    string  `json:"linguistics_term"`
	Name    string  `json:"name"`
	Step    int     `json:"step"`
	Pairs   int     `json:"pairs"`
	Right   int     `json:"right"`
	Cost            // of the grammatical sentences
	Seconds float64 `json:"seconds"`
}

// Accuracy is the share of the pairs for which the model is right.
func (r PairsResult) Accuracy() float64 { return float64(r.Right) / float64(r.Pairs) }

// PairsLog is the file of results on minimal pairs.
type PairsLog = results.Log[PairsID, PairsResult]

// OpenPairsLog creates the folder if it is missing and checks that its log can be read.
func OpenPairsLog(dir string) (*PairsLog, error) {
	return results.Open(dir, func(r PairsResult) PairsID { return r.PairsID })
}

// PairsState holds the results of one state of a run, paradigm by paradigm.
type PairsState struct {
	Run     string
	Step    int
	Results []PairsResult
}

// Measure measures the results that the log lacks, and returns those of all states in order.
func (e *Pairs) Measure(ctx context.Context, log *PairsLog, to train.Listener) (all []PairsState, err error) {
	for _, run := range e.Runs {
		for nth, state := range run.States {
			s := PairsState{Run: run.Name, Step: state.Step}
			if s.Results, err = e.state(ctx, log, run, state, nth == 0, to); err != nil {
				return nil, err
			}
			all = append(all, s)
		}
	}
	return all, nil
}

// state measures one state. All states of a run have one vocabulary, so it is checked with the first.
func (e *Pairs) state(ctx context.Context, log *PairsLog, run Run, state State, first bool, to train.Listener) (all []PairsResult, err error) {
	m, tok, digest, err := state.read(e.Dtype)
	if err != nil {
		return nil, err
	}
	if first {
		if err := e.checkVocabulary(run.Name, tok, to); err != nil {
			return nil, err
		}
	}
	scorer := newScorer(m)
	for _, p := range e.Paradigms {
		id := PairsID{p.Name, e.Before, digest, p.Digest}
		done, err := log.All() // another process may have measured it meanwhile
		if err != nil {
			return nil, err
		}
		r, found := done[id]
		if !found {
			r = PairsResult{PairsID: id, Field: p.Field, Term: p.Term, Name: run.Name, Step: state.Step, Pairs: len(p.Pairs)}
			start := time.Now()
			if err = r.measure(ctx, scorer, tok, p); err != nil {
				return nil, errors.WithMessage(err, p.Name)
			}
			r.Seconds = time.Since(start).Seconds()
			if err := log.Add(r); err != nil {
				return nil, err
			}
			to.Progress("%s, %s: %.1f  (%.1f s)", state.title(run.Name), p.Name, 100*r.Accuracy(), r.Seconds)
		}
		r.Name, r.Step = run.Name, state.Step // the log may have the same weights as another state
		all = append(all, r)
	}
	return all, nil
}

// measure counts the pairs of a paradigm for which the model is right.
func (r *PairsResult) measure(ctx context.Context, scorer *scorer, tok *tokenizer.Tokenizer, p Paradigm) error {
	before := tok.Encode(r.Before)
	texts := make([]text, 0, 2*len(p.Pairs))
	for i, pair := range p.Pairs {
		for _, sentence := range []string{pair.Good, pair.Bad} {
			ids := append(before[:len(before):len(before)], tok.Encode(sentence)...)
			if most := scorer.model.NCtx + 1; len(ids) > most {
				return errors.Errorf("pair %d has a sentence of %d tokens, and the model reads at most %d", i+1, len(ids), most)
			}
			if len(ids) < 2 {
				return errors.Errorf("pair %d has a sentence with too few tokens to have a probability", i+1)
			}
			texts = append(texts, text{ids, len(before)})
		}
	}
	sums, _, err := scorer.sums(ctx, texts)
	if err != nil {
		return err
	}
	for i, pair := range p.Pairs {
		good, bad := sums[2*i], sums[2*i+1]
		if good > bad {
			r.Right++
		}
		r.Cost.add(good, pair.Good)
	}
	return nil
}

// checkVocabulary reports how much of the sentences the vocabulary of a run cannot spell.
func (e *Pairs) checkVocabulary(run string, tok *tokenizer.Tokenizer, to train.Listener) error {
	var all tokenizer.Unknowns
	for _, p := range e.Paradigms {
		for _, pair := range p.Pairs {
			for _, sentence := range []string{pair.Good, pair.Bad} {
				all.Add(tok, sentence, tok.Encode(sentence))
			}
		}
	}
	notes := train.Listener{Report: func(e train.Event) { to.Progress("%s: %s", run, e) }}
	return errors.WithMessage(train.Options{AllowUnknown: e.AllowUnknown}.CheckUnknown("the minimal pairs", &all, notes), run)
}
