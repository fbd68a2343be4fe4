package generate

import (
	"math"

	"github.com/pkg/errors"

	"gorgpt/gpt1"
)

// Options says how texts are continued. The zero value of each field except Tokens turns it off.
// Options are safe for concurrent use as long as nothing changes them.
type Options struct {
	Tokens      int     // how many to generate
	Samples     int     // continuations of one prompt, computed as one batch; 0: one
	Temperature float64 // 0: always the most likely token, the lowest id on a tie
	TopK        int     // sample among the k most likely; 0: among all
	TopP        float64 // sample among the most likely tokens that together have this probability
	Penalty     float64 // divides the scores of tokens that the text already has, if above 1
	Beams       int     // texts that beam search keeps in each round; for Search only
	Seed        uint64  // determines, with the index of the sample, all random draws
	Ban         []int32 // tokens that are never chosen

	// Bias is added to the scores of tokens, and so to the logarithms of their odds.
	Bias map[int32]float64

	// Slide is how many of the oldest tokens are dropped at a time when the context is full.
	// With 1 the model always sees a full context, and each token costs a pass through all
	// of it. 0: half of the context.
	Slide int
}

// Defaults returns the options of gorgpt generate.
func Defaults() Options {
	return Options{Tokens: 100, Samples: 1, Temperature: 0.8, TopK: 40, TopP: 1, Penalty: 1, Seed: 1}
}

// maxCache is the most bytes that keys and values may take. An int can count them.
const maxCache = min(16<<30, math.MaxInt)

// mostBias is the greatest bias of a token. Scores rarely differ by more than 30.
const mostBias = 100

// Validate returns an error unless the options are valid for a model.
func (o Options) Validate(c gpt1.Config) error {
	v, ctx, each := c.VocabSize, c.NCtx, 4*2*c.NLayer*c.NCtx*c.NEmbd
	switch {
	case o.Tokens < 0:
		return errors.Errorf("the number of tokens is %d: it must be 0 or more", o.Tokens)
	case !(o.Temperature >= 0 && o.Temperature < 1e6):
		return errors.Errorf("the temperature is %v: it must be between 0 and 1e6", o.Temperature)
	case o.TopK < 0:
		return errors.Errorf("top-k is %d: it must be 0 or more", o.TopK)
	case !(o.TopP >= 0 && o.TopP <= 1):
		return errors.Errorf("top-p is %v: it must be between 0 and 1", o.TopP)
	case o.Penalty != 0 && !(o.Penalty >= 1 && o.Penalty < 1e6):
		return errors.Errorf("the repetition penalty is %v: it must be between 1 and 1e6", o.Penalty)
	case o.Slide < 0 || o.Slide > ctx:
		return errors.Errorf("the slide is %d tokens: it must be between 1 and %d, the length of the context", o.Slide, ctx)
	case o.Samples < 0 || o.Beams < 0:
		return errors.Errorf("the numbers of samples and beams are %d and %d: they must be 0 or more", o.Samples, o.Beams)
	case o.Beams > 0 && o.Samples > o.Beams:
		return errors.Errorf("%d samples are more than the %d beams of the search", o.Samples, o.Beams)
	case o.Beams > 0 && (o.Temperature > 0 || o.TopK > 0 || o.TopP > 0):
		return errors.New("beam search does not sample: temperature, top-k and top-p cannot be combined with it")
	case max(o.Beams, o.Samples) > max(1, maxCache/each):
		return errors.Errorf("%d texts at once are too many: the keys and values of one take %d bytes, and all together may take %d", max(o.Beams, o.Samples), each, maxCache)
	case max(o.Beams, 1) > v-len(o.Ban):
		return errors.Errorf("%d beams are more than the %d tokens that may be chosen", o.Beams, v-len(o.Ban))
	}
	for _, id := range o.Ban {
		if id < 0 || int(id) >= v {
			return errors.Errorf("the banned token %d is not one of the model, which are 0 to %d", id, v-1)
		}
	}
	for id, bias := range o.Bias {
		switch {
		case id < 0 || int(id) >= v:
			return errors.Errorf("token %d has a bias but is not one of the model, which are 0 to %d", id, v-1)
		case !(math.Abs(bias) <= mostBias):
			return errors.Errorf("the bias of token %d is %v: it must be from %d to %d", id, bias, -mostBias, mostBias)
		}
	}
	return nil
}
