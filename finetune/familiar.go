package finetune

import (
	"context"
	"fmt"
	"math"

	"github.com/pkg/errors"

	"gorgpt/heads"
	"gorgpt/tokenizer"
	"gorgpt/train"
)

// familiar says how well a pre-trained model knows the texts of the rows.
type familiar struct {
	unknown    float64 // share of unknown tokens
	perplexity float64 // of the model before fine-tuning, per token
	frequency  float64 // perplexity if each token is predicted by its frequency in the training rows alone
}

// sample is how many examples are read to find how familiar the model is with the texts.
const sample = 200

// String reports the figures and, if the model does not know such text, what to do.
func (f familiar) String() string {
	text := fmt.Sprintf("before fine-tuning, the model's perplexity on these texts is %.0f; token frequencies alone give %.0f; %.1f %% of the tokens are unknown",
		f.perplexity, f.frequency, 100*f.unknown)
	if f.perplexity < f.frequency && f.unknown < 0.01 {
		return text
	}
	return text + ". The model does not know such text: pre-train one on text like yours (gorgpt train -data) and name it as the model, " +
		"or name none, so that the vocabulary is learned from the rows"
}

// familiarity reports how well a pre-trained model knows the texts. Random weights know none.
func (p *Plan) familiarity(ctx context.Context, to train.Listener) error {
	if p.random {
		return nil
	}
	set := p.sets.dev
	if set == nil {
		set = p.sets.train
	}
	some := set.Examples[:min(sample, len(set.Examples))]
	losses, _, err := p.task.Tuner.Evaluate(ctx, some)
	switch {
	case errors.Is(err, context.Canceled):
		return train.Interrupted{Step: 0, Steps: p.o.Steps}
	case err != nil:
		return err
	}
	f := familiar{perplexity: math.Exp(losses.LM), frequency: frequencyPerplexity(p.model.VocabSize, p.sets.train.Examples, some)}
	unk, _ := p.tok.ID(tokenizer.Unknown) // a vocabulary without it spells all text
	all, unknown := 0, 0
	for _, e := range some {
		for _, s := range e.Sequences {
			for _, id := range s {
				if all++; id == unk {
					unknown++
				}
			}
		}
	}
	f.unknown = float64(unknown) / float64(all)
	to.Note("%s", f)
	return nil
}

// frequencyPerplexity returns the perplexity of examples if each token is predicted by its frequency in the
// training examples, plus one for each of the v tokens. Like L1, it is a mean over sequences.
func frequencyPerplexity(v int, training, examples []heads.Encoded) float64 {
	counts, total := make([]float64, v), float64(v)
	for _, e := range training {
		for _, s := range e.Sequences {
			total += float64(len(s) - 1)
			for _, id := range s[1:] {
				counts[id]++
			}
		}
	}
	sum, n := 0.0, 0
	for _, e := range examples {
		for _, s := range e.Sequences {
			for _, id := range s[1:] {
				sum -= math.Log((counts[id]+1)/total) / float64(len(s)-1)
			}
			n++
		}
	}
	return math.Exp(sum / float64(n))
}
