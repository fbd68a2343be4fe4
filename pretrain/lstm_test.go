package pretrain

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"gorgpt/checkpoint"
	"gorgpt/train"
)

func TestResolve(t *testing.T) {
	o, err := World()
	require.NoError(t, err)
	world, err := o.Resolve()
	require.NoError(t, err)
	require.Equal(t, []any{2048, 1, 0.0, 3e-3}, []any{world.Vocab, world.Epochs, world.Dropout, world.LR})
	require.Equal(t, train.Auto, o.Vocab, "Resolve does not change its receiver")
	o.Data = []string{"book.txt"}
	books, err := o.Resolve()
	require.NoError(t, err)
	require.Equal(t, []any{4096, 20, 0.1}, []any{books.Vocab, books.Epochs, books.Dropout})
	o.Arch = LSTM
	lstm, err := o.Resolve()
	require.NoError(t, err)
	require.Equal(t, 1e-2, lstm.LR)
	o.LR = 3e-3
	lstm, err = o.Resolve()
	require.NoError(t, err)
	require.Equal(t, 3e-3, lstm.LR, "an explicit rate stays")
	o.Batch = 0
	_, err = o.Resolve()
	require.EqualError(t, err, "Batch must be at least 1, not 0")
}

// An LSTM is pre-trained, stopped and resumed like a Transformer, and Newest tells them apart.
func TestLSTM(t *testing.T) {
	s := minute(t)
	s.Arch, s.History, s.Steps = LSTM, 2, 8
	whole := *s
	whole.Out = "whole"
	_, err := Run(context.Background(), whole, quiet())
	require.NoError(t, err)

	ctx, stop := context.WithCancel(context.Background())
	con := quiet()
	con.Observers = []train.Observer{stopping{stop}}
	r, err := Run(ctx, *s, con)
	dir := r.Dir
	require.ErrorIs(t, err, context.Canceled)
	require.Equal(t, filepath.Join("runs", "tiny-lstm"), dir)
	again := *s
	again.Resume, again.Steps = dir, 8
	_, err = Run(context.Background(), again, quiet())
	require.NoError(t, err)
	steps, err := checkpoint.StepsIn(filepath.Join(dir, train.HistoryFolder))
	require.NoError(t, err)
	require.Equal(t, []int{2, 4}, steps)
	for _, part := range []string{"", "history/step-000000002", "history/step-000000004"} {
		want, err := os.ReadFile(filepath.Join("whole", part, checkpoint.WeightsFile))
		require.NoError(t, err)
		got, err := os.ReadFile(filepath.Join(dir, part, checkpoint.WeightsFile))
		require.NoError(t, err)
		require.Equal(t, want, got, part)
		m, _, err := checkpoint.ReadFolder(filepath.Join(dir, part), 0)
		require.NoError(t, err)
		require.True(t, m.IsLSTM())
	}
	require.NoFileExists(t, filepath.Join(dir, sampleFile))

	newest, err := Newest("")
	require.NoError(t, err)
	require.Empty(t, newest)
	newest, err = Newest(LSTM)
	require.NoError(t, err)
	require.Equal(t, dir, newest)
}
