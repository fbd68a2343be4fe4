package shards

import (
	"context"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/pkg/errors"
	"github.com/stretchr/testify/require"

	"gorgpt/dist"
	"gorgpt/dist/disttest"
	"gorgpt/loaders"
	"gorgpt/tokenizer"
)

// numbers are those of ranks.
var numbers = []int{1, 2, 3, 5}

func TestFingerprintOfRanks(t *testing.T) {
	for _, n := range []int{1, 4, 23} {
		var sources []loaders.Source
		for i, b := range shelf(n, 20) {
			b.Name += strings.Repeat("\n", i%3) // lines must stay apart
			sources = append(sources, b.Source())
		}
		want, err := Fingerprint(context.Background(), nil, sources, "s")
		require.NoError(t, err)
		for _, ranks := range numbers {
			var read atomic.Int32
			counted := append([]loaders.Source(nil), sources...)
			for i, s := range counted {
				counted[i].Sum = func() ([32]byte, error) { read.Add(1); return s.Sum() }
			}
			disttest.Run(t, ranks, func(g *dist.Group) error {
				got, err := Fingerprint(context.Background(), g, counted, "s")
				if err == nil && got != want {
					err = errors.Errorf("%s, want %s", got, want)
				}
				return err
			})
			require.EqualValues(t, n, read.Load(), "each book is read once")
		}
	}
	ended, end := context.WithCancel(context.Background())
	end()
	errs := disttest.Errors(2, func(g *dist.Group) error {
		_, err := Fingerprint(ended, g, []loaders.Source{shelf(1, 1)[0].Source()}, "s")
		return err
	})
	for _, err := range errs {
		require.ErrorIs(t, err, context.Canceled)
	}
}

// writeOn writes on so many ranks, of which one is asked to stop, after as many reports of
// rank 0; with -1 none is.
func writeOn(dir string, c Corpus, ranks, stop, after int) []error {
	seen := 0
	stopped, end := context.WithCancel(context.Background())
	defer end()
	report := c.Report
	return disttest.Errors(ranks, func(g *dist.Group) error {
		ctx, c := context.Background(), c
		c.Group = g
		if g.Rank() == stop {
			ctx = stopped
		}
		if c.Report = nil; g.First() {
			c.Report = func(p Progress) {
				if report != nil {
					report(p)
				}
				if seen++; seen == after {
					end()
				}
			}
		}
		path := dir
		if !g.First() {
			path = filepath.Join(dir, "rank 0 alone sees the folder")
		}
		return Write(ctx, path, c)
	})
}

// The files do not depend on the number of ranks, nor on that of cores.
func TestSameFilesOfRanks(t *testing.T) {
	for _, pipeline := range []tokenizer.Pipeline{tokenizer.Bert, tokenizer.Original} {
		books := shelf(22, 100)
		books = append(books, loaders.Book{Name: "long", Text: strings.Repeat("abc de\n", pieceBytes/3)})
		c := corpus(t, vocabulary(t, 0).WithPipeline(pipeline), books, 100_000)
		few := corpus(t, vocabulary(t, 0), books[1:4], 50)
		for name, c := range map[string]Corpus{"many books": c, "fewer books than ranks": few} {
			var last Progress
			c.Report = func(p Progress) { last = p }
			want := contents(t, prepared(t, c))
			total := last
			for _, ranks := range numbers {
				t.Run(name, func(t *testing.T) {
					defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1 + ranks%3))
					dir := filepath.Join(t.TempDir(), "tokens")
					for range 2 { // the second time there is nothing to do
						for _, err := range writeOn(dir, c, ranks, -1, 0) {
							require.NoError(t, err)
						}
						require.Equal(t, want, contents(t, dir))
						require.Equal(t, total, last)
					}
				})
			}
		}
	}
}

// Begun by one number of ranks, of which one is asked to stop, and finished by another.
func TestRanksGoOn(t *testing.T) {
	t.Parallel()
	c := corpus(t, vocabulary(t, 0), shelf(13, 40), 150)
	want := contents(t, prepared(t, c))
	stops := 0
	for after := 1; after < 13; after += 3 {
		for _, ranks := range [][2]int{{1, 3}, {2, 1}, {3, 5}, {5, 2}} {
			for stop := range ranks[0] {
				dir := filepath.Join(t.TempDir(), "tokens")
				errs := writeOn(dir, c, ranks[0], stop, after)
				if errs[0] != nil {
					stops++
					require.ErrorIs(t, errs[0], context.Canceled)
					require.ErrorContains(t, errs[0], "stopped; the same command resumes after ")
				}
				for _, err := range errs[1:] {
					require.True(t, err == nil || errors.Is(err, context.Canceled) || errors.Is(err, disttest.ErrEnded), err)
				}
				for _, err := range writeOn(dir, c, ranks[1], -1, 0) {
					require.NoError(t, err)
				}
				require.Equal(t, want, contents(t, dir))
			}
		}
	}
	require.Greater(t, stops, 10)
}

// A rank that cannot go on ends the job, and the folder is there to be finished.
func TestErrorsOfRanks(t *testing.T) {
	t.Parallel()
	c := corpus(t, vocabulary(t, 0), shelf(9, 50), 40)
	for _, ranks := range numbers {
		for i := range 3 {
			broken := c
			broken.Train = append([]loaders.Source{}, c.Train...)
			broken.Train[i].Read = func() (loaders.Book, error) { return loaders.ReadBook("nowhere.txt") }
			dir := filepath.Join(t.TempDir(), "tokens")
			errs := writeOn(dir, broken, ranks, -1, 0)
			require.ErrorContains(t, errs[i%ranks], "nowhere.txt")
			for rank, err := range errs {
				require.True(t, rank == i%ranks || errors.Is(err, disttest.ErrEnded), "%d: %v", rank, err)
			}
			for _, err := range writeOn(dir, c, ranks, -1, 0) {
				require.NoError(t, err)
			}
			require.Equal(t, contents(t, prepared(t, c)), contents(t, dir))
		}
		full := t.TempDir()
		require.NoError(t, os.WriteFile(filepath.Join(full, "vocab.json"), nil, 0o600))
		require.ErrorContains(t, writeOn(full, c, ranks, -1, 0)[0], "holds no tokens, but other files")
	}
}
