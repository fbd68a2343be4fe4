package heed

import (
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestDo(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	n, err := Do(ctx, func() (int, error) { return 3, nil })
	require.NoError(t, err)
	require.Equal(t, 3, n)
	failed := errors.New("failed")
	_, err = Do(ctx, func() (int, error) { return 0, failed })
	require.ErrorIs(t, err, failed)

	never := make(chan struct{})
	_, err = Do(ctx, func() (int, error) { cancel(); <-never; return 4, nil })
	require.ErrorIs(t, err, context.Canceled)
	_, err = Do(ctx, func() (int, error) { panic("it is not to begin") })
	require.ErrorIs(t, err, context.Canceled)
}
