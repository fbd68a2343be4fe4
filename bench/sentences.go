package bench

import (
	"math"
	"math/rand/v2"
	"slices"

	"gorgpt/gpt1"
	"gorgpt/heads"
)

// FinetuneBatch is the number of examples per update in the fine-tuning benchmark.
const FinetuneBatch = 32

// FinetuneRound is the number of different updates, which repeat.
const FinetuneRound = 5

// microExamples is the -micro of gorgpt finetune for a full-size model.
const microExamples = 4

// SentenceLengths draws n lengths in tokens, similar to SST-2: 12 on average and at most 60, plus
// two special tokens. They are in ascending order.
func SentenceLengths(r *rand.Rand, n int) []int {
	lengths := make([]int, n)
	for i := range lengths {
		x := 6 * (r.ExpFloat64() + r.ExpFloat64()) // a gamma distribution of shape 2
		lengths[i] = min(60, max(2, int(math.Round(x)))) + 2
	}
	slices.Sort(lengths)
	return lengths
}

// FinetuneUpdates returns the lengths of the examples in n updates, the same at every call.
func FinetuneUpdates(n int) [][]int {
	r := rand.New(rand.NewPCG(1, 1))
	updates := make([][]int, n)
	for i := range updates {
		updates[i] = SentenceLengths(r, FinetuneBatch)
	}
	return updates
}

// MicroBatches splits an update into micro-batches as gorgpt finetune does for a model of shape c.
func MicroBatches(lengths []int, c gpt1.Config) []heads.Micro {
	return heads.MicroBatches(lengths, 1, c.NCtx, microExamples*c.NCtx)
}
