package finetune

import (
	"testing"

	"github.com/stretchr/testify/require"

	"gorgpt/heads"
)

// A row that is read in windows has one target, and the mean of their logits.
func TestWindowsAreMerged(t *testing.T) {
	s := &Set{}
	one := func(label int32) heads.Encoded { return heads.Encoded{Target: heads.Target{Label: label}} }
	s.add(encoded{examples: []heads.Encoded{one(1)}}, 0, true)
	s.add(encoded{examples: []heads.Encoded{one(0), one(0), one(0)}, cut: true}, 1, true)
	s.add(encoded{examples: []heads.Encoded{one(1)}}, 2, true)
	require.Equal(t, 3, s.count())
	require.Equal(t, []heads.Target{{Label: 1}, {Label: 0}, {Label: 1}}, s.targets())
	require.Equal(t, [][]float32{{1, 2}, {3, -1}, {5, 6}}, s.merged([][]float32{{1, 2}, {3, 0}, {2, -3}, {4, 0}, {5, 6}}))
	require.Equal(t, "3 training examples, 1 of them read in windows of the model's 8 positions, 5 windows in all", s.fit("training", 8))

	plain := set(0, 1)
	logits := [][]float32{{1}, {2}}
	require.Equal(t, logits, plain.merged(logits))
	plain.Cut, plain.Lost, plain.Tokens = 1, 5, 40
	require.Equal(t, "2 dev examples, 1 of them cut to the model's 8 positions, which loses 12.5 % of the text", plain.fit("dev", 8))
}
