package checkpoint

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestNewerFormatsAreRefused(t *testing.T) {
	require.NoError(t, CheckFormat("run.json", 0, 1))
	require.NoError(t, CheckFormat("run.json", 1, 1))
	require.EqualError(t, CheckFormat("out/run.json", 2, 1), "out/run.json has format 2, and this program knows formats up to 1: use a newer gorgpt")
	require.EqualError(t, CheckFormat("run.json", -1, 1), "run.json has format -1: it must be between 0 and 1")
}
