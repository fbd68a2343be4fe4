package loaders

import (
	"errors"
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// numbered makes books of these lengths. Each token tells its book and place.
func numbered(lengths ...int) []Tokens {
	books := make([]Tokens, len(lengths))
	for b, n := range lengths {
		ids := make(InMemory, n)
		for i := range ids {
			ids[i] = int32(b*10_000 + i)
		}
		books[b] = ids
	}
	return books
}

// drawEpoch draws as many windows as the epoch has.
func drawEpoch(t *testing.T, w *Windows, ctx int) [][]int32 {
	t.Helper()
	var all [][]int32
	w.draw(w.pos.Epoch)
	for range w.Stats().Windows {
		dst := make([]int32, ctx+1)
		require.NoError(t, w.Next(dst))
		all = append(all, dst)
	}
	return all
}

func TestWindowsCoverEachEpoch(t *testing.T) {
	const ctx = 8
	lengths := []int{100, 9, 8, 0, 10, 57}
	w, err := NewWindows(numbered(lengths...), ctx, 42)
	require.NoError(t, err)
	for epoch := range 30 {
		require.NoError(t, w.Seek(Position{Epoch: epoch}))
		targets := make(map[int32]bool)
		for _, window := range drawEpoch(t, w, ctx) {
			for i, id := range window[1:] {
				require.Equal(t, window[i]+1, id, "a window goes on in its book")
				require.False(t, targets[id], "no token is a target twice")
				targets[id] = true
			}
		}
		stats := w.Stats()
		require.Len(t, targets, stats.Windows*ctx)
		require.Equal(t, 2, stats.ShortBooks)
		require.Equal(t, 8, stats.ShortTokens)
		require.Equal(t, 184, stats.Windows*ctx+4+stats.HeadTokens+stats.TailTokens+stats.ShortTokens,
			"each token is a target, the first of its book, or dropped")
		require.True(t, targets[10_008], "a book of ctx+1 tokens has one offset")
	}
}

func TestWindowsOffsetsAreUniform(t *testing.T) {
	const ctx, epochs = 8, 4000
	w, err := NewWindows(numbered(100, 12), ctx, 7)
	require.NoError(t, err)
	counts := [2]map[int]int{{}, {}}
	for epoch := range epochs {
		w.drawOffsets(epoch, w.offsets)
		counts[0][w.offsets[0]]++
		counts[1][w.offsets[1]]++
	}
	for book, possible := range []int{ctx, 4} { // 12 tokens leave room for 4 offsets
		require.Len(t, counts[book], possible)
		for offset, n := range counts[book] {
			require.InEpsilon(t, epochs/possible, n, 0.2, "book %d, offset %d", book, offset)
		}
	}
}

func TestWindowsAreShuffled(t *testing.T) {
	const ctx = 4
	w, err := NewWindows(numbered(401, 401), ctx, 1)
	require.NoError(t, err)
	first := drawEpoch(t, w, ctx)
	rising := 0
	for i := range first[1:] {
		if first[i][0] < first[i+1][0] {
			rising++
		}
	}
	require.InDelta(t, len(first)/2, rising, 30)
	w.draw(1)
	require.NotEqual(t, first, drawEpoch(t, w, ctx), "the next epoch")
	other, err := NewWindows(numbered(401, 401), ctx, 2)
	require.NoError(t, err)
	require.NotEqual(t, first, drawEpoch(t, other, ctx), "another seed")
}

func TestWindowsResume(t *testing.T) {
	const ctx = 5
	books := numbered(50, 33, 7)
	whole, err := NewWindows(books, ctx, 9)
	require.NoError(t, err)
	for range 60 { // over several epochs, and their ends
		resumed, err := NewWindows(books, ctx, 9)
		require.NoError(t, err)
		require.NoError(t, resumed.Seek(whole.Position()))
		require.Equal(t, whole.Position(), resumed.Position())
		want, got := make([]int32, ctx+1), make([]int32, ctx+1)
		require.NoError(t, whole.Next(want))
		require.NoError(t, resumed.Next(got))
		require.Equal(t, want, got)
		require.Equal(t, whole.Position(), resumed.Position())
	}
	require.Greater(t, whole.Position().Epoch, 2)
}

func TestWindowsTotal(t *testing.T) {
	const ctx = 5
	w, err := NewWindows(numbered(50, 33, 7), ctx, 9)
	require.NoError(t, err)
	require.Zero(t, w.Total(0))
	want := w.Total(4)
	dst := make([]int32, ctx+1)
	drawn := 0
	for ; w.Position().Epoch < 4; drawn++ {
		require.NoError(t, w.Next(dst))
	}
	require.Equal(t, want, drawn-1)
}

func TestWindowsSeekErrors(t *testing.T) {
	w, err := NewWindows(numbered(20), 5, 1)
	require.NoError(t, err)
	require.NoError(t, w.Next(make([]int32, 6)))
	before := w.Position()
	for _, pos := range []Position{{-1, 0}, {0, -1}, {0, 5}, {3, 100}} {
		t.Run(fmt.Sprint(pos), func(t *testing.T) {
			require.ErrorContains(t, w.Seek(pos), fmt.Sprintf("seeking window %d of epoch %d", pos.Index, pos.Epoch))
			require.Equal(t, before, w.Position(), "a failed seek moves nothing")
		})
	}
}

func TestWindowsErrors(t *testing.T) {
	for _, c := range []struct {
		name  string
		books []Tokens
		ctx   int
		want  string
	}{
		{"no books", nil, 4, "a context of 4 needs a book of 5 tokens, but the longest of 0 books has 0"},
		{"too short", numbered(4, 3), 4, "a context of 4 needs a book of 5 tokens, but the longest of 2 books has 4, and all together 7"},
		{"no context", numbered(4), 0, "positive context, got 0"},
		{"negative context", numbered(4), -1, "positive context, got -1"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := NewWindows(c.books, c.ctx, 1)
			require.ErrorContains(t, err, c.want)
			_, err = NewFixedWindows(c.books, c.ctx)
			require.ErrorContains(t, err, c.want)
		})
	}
}

func TestWindowsOfOneToken(t *testing.T) {
	w, err := NewWindows(numbered(3, 1, 0), 1, 1)
	require.NoError(t, err)
	require.Equal(t, WindowStats{Windows: 2, ShortBooks: 2, ShortTokens: 1}, w.Stats())
}

func TestNextDoesNotAllocate(t *testing.T) {
	w, err := NewWindows(numbered(1000), 4, 1)
	require.NoError(t, err)
	dst := make([]int32, 5)
	require.Zero(t, testing.AllocsPerRun(100, func() { _ = w.Next(dst) }))
}

// Every token but the first of its book is a target, once.
func TestFixedWindows(t *testing.T) {
	f, err := NewFixedWindows(numbered(9, 3, 5, 1, 0), 4)
	require.NoError(t, err)
	require.Equal(t, 4, f.Len())
	require.Equal(t, 8+2+4, f.Targets())
	dst := make([]int32, 5)
	for i, want := range [][]int32{{0, 1, 2, 3, 4}, {4, 5, 6, 7, 8}, {10000, 10001, 10002}, {20000, 20001, 20002, 20003, 20004}} {
		got, err := f.At(i, dst)
		require.NoError(t, err)
		require.Equal(t, want, got)
	}

	f, err = NewFixedWindows(numbered(10), 4)
	require.NoError(t, err)
	require.Equal(t, 3, f.Len())
	got, err := f.At(2, dst)
	require.NoError(t, err)
	require.Equal(t, []int32{8, 9}, got)
}

// broken are tokens on a disk that fails.
type broken struct{ InMemory }

func (broken) Copy([]int32, int) error { return errors.New("the disk is gone") }

func TestWindowsOfABrokenDisk(t *testing.T) {
	books := []Tokens{broken{make(InMemory, 20)}}
	w, err := NewWindows(books, 4, 1)
	require.NoError(t, err)
	require.ErrorContains(t, w.Next(make([]int32, 5)), "the disk is gone")
	require.Equal(t, Position{}, w.Position())
	f, err := NewFixedWindows(books, 4)
	require.NoError(t, err)
	_, err = f.At(0, make([]int32, 5))
	require.ErrorContains(t, err, "the disk is gone")
}

// TestWindowsTotalOfManyEpochs: what cannot be drawn one by one counts by its mean.
func TestWindowsTotalOfManyEpochs(t *testing.T) {
	for _, ctx := range []int{2, 8} {
		w, err := NewWindows(numbered(50, 33, 7, 9, 1, 0, 60), ctx, 9)
		require.NoError(t, err)
		const some = 20_000
		require.InEpsilon(t, float64(w.Total(some))/some, w.mean(), 0.01, "context %d", ctx)
		start := time.Now()
		require.InEpsilon(t, 2e8*w.mean(), float64(w.Total(200_000_000)), 1e-3)
		require.Equal(t, math.MaxInt, w.Total(math.MaxInt))
		require.Less(t, time.Since(start), 20*time.Second)
	}
}
