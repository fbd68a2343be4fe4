package train_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"gorgpt/train"
)

func TestDerive(t *testing.T) {
	before := train.Options{Steps: 0, Epochs: 3, Micro: 8, Batch: 4, LR: train.Auto, Patience: 2}
	after := before
	after.Steps, after.Micro, after.LR, after.Patience = 300, 4, 0.1, 0
	got, err := train.Derive("warmup,steps", before, after)
	require.NoError(t, err)
	require.Equal(t, "lr,micro,patience,steps,warmup", got)
	got, err = train.Derive(got, after, after)
	require.NoError(t, err)
	require.Equal(t, "lr,micro,patience,steps,warmup", got, "nothing is forgotten")
	require.Equal(t, []string{"lr", "micro", "patience", "steps", "warmup"}, train.Derived(got))
	require.Empty(t, train.Derived(""))
	_, err = train.Derive("", before, func() {})
	require.Error(t, err)
}
