package generate

import (
	"math"

	"github.com/pkg/errors"

	"gorgpt/gpt1"
)

// Options says how texts are continued. The zero value of each field but Tokens turns it off.
// Options are safe for concurrent use as long as nothing changes them.
type Options struct {
	Tokens      int     // how many to generate
	Samples     int     // continuations of one prompt, computed as one batch; 0: one
	Temperature float64 // 0: always the most likely token, the lowest id on a tie
	TopK        int     // sample among the k most likely; 0: among all
	TopP        float64 // sample among the most likely tokens that together have this share
	Penalty     float64 // divides the scores of tokens that are there already, if above 1
	Beams       int     // texts that beam search goes on with; for Search only
	Seed        uint64  // with the number of the sample, fixes everything that is random
	Ban         []int32 // tokens that are never chosen

	// Slide is how many of the oldest tokens are dropped at a time when the context is full.
	// With 1 the model always sees all that it can, and each token costs a pass through the
	// whole context. 0: half of the context.
	Slide int
}

// maxCache is the most bytes that keys and values may take, and that an int can count.
const maxCache = min(16<<30, math.MaxInt)

// Validate tells what is wrong with the options for a model, or returns nil.
func (o Options) Validate(c gpt1.Config) error {
	v, ctx, each := c.VocabSize, c.NCtx, 4*2*c.NLayer*c.NCtx*c.NEmbd
	switch {
	case o.Tokens < 0:
		return errors.Errorf("%d tokens are asked for", o.Tokens)
	case !(o.Temperature >= 0 && o.Temperature < 1e6):
		return errors.Errorf("the temperature is %v: want 0 or more", o.Temperature)
	case o.TopK < 0:
		return errors.Errorf("top-k is %d: want 0 or more", o.TopK)
	case !(o.TopP >= 0 && o.TopP <= 1):
		return errors.Errorf("top-p is %v: want a share, 0 to 1", o.TopP)
	case o.Penalty != 0 && !(o.Penalty >= 1 && o.Penalty < 1e6):
		return errors.Errorf("the repetition penalty is %v: want 1 or more", o.Penalty)
	case o.Slide < 0 || o.Slide > ctx:
		return errors.Errorf("%d tokens are to be dropped when the context is full: want 1 to its %d", o.Slide, ctx)
	case o.Samples < 0 || o.Beams < 0:
		return errors.Errorf("%d samples of %d beams are asked for", o.Samples, o.Beams)
	case o.Beams > 0 && o.Samples > o.Beams:
		return errors.Errorf("%d texts are asked for: beam search has only its %d beams", o.Samples, o.Beams)
	case o.Beams > 0 && (o.Temperature > 0 || o.TopK > 0 || o.TopP > 0):
		return errors.New("beam search draws nothing: temperature, top-k and top-p have no use there")
	case max(o.Beams, o.Samples) > max(1, maxCache/each):
		return errors.Errorf("%d texts at once are too many: the keys and values of each may take %d bytes, of all %d", max(o.Beams, o.Samples), each, maxCache)
	case max(o.Beams, 1) > v-len(o.Ban):
		return errors.Errorf("%d beams are more than the %d tokens to choose from", o.Beams, v-len(o.Ban))
	}
	for _, id := range o.Ban {
		if id < 0 || int(id) >= v {
			return errors.Errorf("token %d is banned, the model has 0 to %d", id, v-1)
		}
	}
	return nil
}
