package bench

import (
	"math"
	"math/rand/v2"
	"slices"

	"gorgpt/gpt1"
	"gorgpt/heads"
)

// FinetuneBatch is the number of examples an update of the fine-tuning benchmark.
const FinetuneBatch = 32

// FinetuneRound is the number of different updates; they repeat.
const FinetuneRound = 5

// microExamples is cmd/finetune's -micro for a model of full size.
const microExamples = 4

// SentenceLengths draws n lengths like those of SST-2 in tokens, 12 on average and
// 60 at most, with the two special ones, in ascending order.
func SentenceLengths(r *rand.Rand, n int) []int {
	lengths := make([]int, n)
	for i := range lengths {
		x := 6 * (r.ExpFloat64() + r.ExpFloat64()) // a gamma distribution of shape 2
		lengths[i] = min(60, max(2, int(math.Round(x)))) + 2
	}
	slices.Sort(lengths)
	return lengths
}

// FinetuneUpdates returns the lengths of the examples of so many updates, the same
// at every call.
func FinetuneUpdates(n int) [][]int {
	r := rand.New(rand.NewPCG(1, 1))
	updates := make([][]int, n)
	for i := range updates {
		updates[i] = SentenceLengths(r, FinetuneBatch)
	}
	return updates
}

// MicroBatches cuts one of these updates as cmd/finetune does for a model of shape c.
func MicroBatches(lengths []int, c gpt1.Config) []heads.Micro {
	return heads.MicroBatches(lengths, 1, c.NCtx, microExamples*c.NCtx)
}
