package gpt1

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestAlikePositions(t *testing.T) {
	c := Config{NLayer: 1, NHead: 1, NEmbd: 2, NCtx: 4, VocabSize: 3, LayerNormEps: 1e-5}
	m, err := New(c)
	require.NoError(t, err)
	copy(m.Embed.Positions.Value, []float32{3, 4, 8, -6, -1, 0, 0, 0})
	require.Equal(t, []float32{
		1, 0, -0.6, 0,
		0, 1, -0.8, 0,
		-0.6, -0.8, 1, 0,
		0, 0, 0, 1,
	}, m.AlikePositions())
	c.NUnits = 2
	m, err = New(c)
	require.NoError(t, err)
	require.Nil(t, m.AlikePositions())
}
