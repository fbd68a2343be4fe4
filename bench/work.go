package bench

import (
	"math"

	"github.com/pkg/errors"

	"gorgpt/gpt1"
)

// A token of a model multiplies these matrices: four in each block, and the embedding as output matrix.
func blockWeights(c gpt1.Config) float64  { return 12 * float64(c.NLayer*c.NEmbd*c.NEmbd) }
func outputWeights(c gpt1.Config) float64 { return float64(c.VocabSize * c.NEmbd) }

// attention is the number of operations of a token in both products of attention, in sequences of t tokens. A token attends
// to half of them on average.
func attention(c gpt1.Config, t int) float64 { return 2 * float64(c.NLayer*t*c.NEmbd) }

// ClassifyingWork is the number of floating-point operations to classify a text of t tokens, without
// the output matrix.
func ClassifyingWork(c gpt1.Config, t int) float64 {
	return float64(t) * (2*blockWeights(c) + attention(c, t))
}

// WritingBytes is the number of bytes of weights that a token reads when it is written, if the weights are kept as dtype: float32,
// bfloat16 or int8 with a float32 scale for each 32 weights.
func WritingBytes(c gpt1.Config, dtype string) (float64, error) {
	each := map[string]float64{"float32": 4, "bfloat16": 2, "int8": 1 + 4./32}[dtype]
	if each == 0 {
		return 0, errors.Errorf("%q is not a type of weights: must be float32, bfloat16 or int8", dtype)
	}
	return each * (blockWeights(c) + outputWeights(c)), nil
}

// Update are the measured parts of a training update, in seconds of one core.
type Update struct {
	Parts  int     // computed side by side
	Part   float64 // to compute one part
	Sum    float64 // to add the gradients of one part to those of the others, one part after the other
	Serial float64 // the rest, in which all cores but one wait or all wait for memory
}

// Seconds returns the time of the update on so many cores, if these do not slow down each other: the last of the cores
// computes ⌈Parts/cores⌉ parts, and the sums of all parts follow the first part.
func (u Update) Seconds(cores int) float64 {
	busiest := math.Ceil(float64(u.Parts) / float64(cores))
	return u.Serial + max(busiest*(u.Part+u.Sum), u.Part+float64(u.Parts)*u.Sum)
}

// Speedup returns how many times faster so many cores are than one.
func (u Update) Speedup(cores int) float64 { return u.Seconds(1) / u.Seconds(cores) }
