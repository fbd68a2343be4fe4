package train_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"gorgpt/train"
)

func TestMilestones(t *testing.T) {
	require.Equal(t, []int{12, 25, 50}, train.Milestones(100, 3))
	require.Equal(t, []int{1, 2}, train.Milestones(5, 9), "short runs have fewer")
	require.Empty(t, train.Milestones(100, 0))
}
