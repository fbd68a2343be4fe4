package score_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"gorgpt/score"
)

// The expected values were computed by hand. Label 0 has two gold, three predicted and two right.
// Label 1 has two gold, one predicted and one right. Label 2 neither applies nor is predicted.
func TestSets(t *testing.T) {
	s := score.Sets{
		Gold:      [][]bool{{true, true, false}, {true, false, false}, {false, true, false}, {false, false, false}},
		Predicted: [][]bool{{true, true, false}, {true, false, false}, {true, false, false}, {false, false, false}},
	}
	require.InDelta(t, 2*3./(4+4), s.MicroF1(), 1e-12)
	require.InDelta(t, (2*2./(2+3)+2*1./(2+1)+0)/3, s.MacroF1(), 1e-12)
	require.InDelta(t, 3./4, s.Accuracy(), 1e-12)
	none := score.Sets{}
	require.Zero(t, none.MicroF1()+none.MacroF1()+none.Accuracy())
}
