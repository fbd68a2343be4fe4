package pretrain

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pkg/errors"
	"github.com/stretchr/testify/require"

	"gorgpt/dist"
	"gorgpt/dist/disttest"
	"gorgpt/train"
)

// files returns the files in a folder.
func files(t *testing.T, dir string) map[string]string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	all := map[string]string{}
	for _, e := range entries {
		data, err := os.ReadFile(filepath.Join(dir, e.Name()))
		require.NoError(t, err)
		all[e.Name()] = string(data)
	}
	return all
}

// onRanks calls a function with the options of each rank and returns the errors, and the notes of
// the first rank.
func onRanks(t *testing.T, ranks int, data string, do func(s *Options, con train.Listener) error, changes ...func(*Options)) ([]error, string) {
	t.Helper()
	all, out := make([]*Options, ranks), new(bytes.Buffer)
	for rank := range all {
		all[rank] = over(t, data, changes...)
	}
	return disttest.Errors(ranks, func(g *dist.Group) error {
		con := quiet()
		if g.First() {
			con = notes(out)
		}
		s := all[g.Rank()]
		s.Group = g
		return do(s, con)
	}), out.String()
}

// noErrors requires that no rank failed.
func noErrors(t *testing.T, errs []error) {
	t.Helper()
	for rank, err := range errs {
		require.NoError(t, err, "rank %d", rank)
	}
}

// Any number of ranks prepares the same folder as one rank, including the vocabulary.
func TestPrepareOnRanks(t *testing.T) {
	t.Chdir(t.TempDir())
	original := func(s *Options) { s.Pipeline = "original" }
	bert := func(*Options) {}
	for _, n := range []int{1, 2, 7} {
		books := library(t, n)
		for name, pipeline := range map[string]func(*Options){"bert": bert, "original": original} {
			one := fmt.Sprint(name, n)
			prepared(t, one, over(t, books, pipeline))
			want := files(t, one)
			for _, ranks := range []int{2, 3, 5} {
				dir := fmt.Sprint(one, " on ", ranks)
				prepare := func(s *Options, con train.Listener) error {
					s.Prepare = dir
					return Prepare(context.Background(), *s, con)
				}
				errs, out := onRanks(t, ranks, books, prepare, pipeline)
				noErrors(t, errs)
				require.Equal(t, want, files(t, dir))
				require.Contains(t, out, "learned a vocabulary of ")
				require.Contains(t, out, "tokenized into "+dir)

				// Another number of ranks repairs the damage and keeps the vocabulary.
				require.NoError(t, os.Remove(filepath.Join(dir, "tokens-00000.bin")))
				errs, out = onRanks(t, 6-ranks, books, prepare, pipeline)
				noErrors(t, errs)
				require.Equal(t, want, files(t, dir))
				require.NotContains(t, out, "learned")

				require.NoError(t, os.Remove(filepath.Join(dir, "tokens-00000.bin")))
				require.NoError(t, os.Truncate(filepath.Join(dir, "tokenizer.json"), 5))
				errs, out = onRanks(t, ranks, books, prepare, pipeline)
				noErrors(t, errs)
				require.Equal(t, want, files(t, dir))
				require.Contains(t, out, "learned")
			}
		}
	}
}

// All ranks train on the same tokens as one rank, from a new cache, from an existing cache, and
// from memory.
func TestTokensOnRanks(t *testing.T) {
	t.Chdir(t.TempDir())
	books := library(t, 7)
	want, _ := tokenize(t, over(t, books, func(s *Options) { s.Cache = "alone" }))
	sum, err := digest(context.Background(), want.train, want.valid)
	require.NoError(t, err)
	for _, ranks := range []int{2, 3, 9} {
		same := func(s *Options, con train.Listener) error {
			got, err := s.tokens(context.Background(), con)
			if err != nil {
				return err
			}
			mine, err := digest(context.Background(), got.train, got.valid)
			if err == nil && mine != sum {
				err = errors.New("other tokens")
			}
			if n := got.tok.Size(); n != want.tok.Size() {
				err = errors.Errorf("V is %d", n)
			}
			if closeErr := got.close(); err == nil {
				err = closeErr
			}
			return err
		}
		cache := func(s *Options) { s.Cache = fmt.Sprint("cache", ranks) }
		errs, out := onRanks(t, ranks, books, same, cache)
		noErrors(t, errs)
		require.Contains(t, out, "tokenized into")
		errs, out = onRanks(t, ranks+1, books, same, cache)
		noErrors(t, errs)
		require.Contains(t, out, "reused from")
		shards, err := filepath.Glob(fmt.Sprintf("cache%d/*/tokens-*.bin", ranks))
		require.NoError(t, err)
		require.NoError(t, os.Truncate(shards[0], 4))
		errs, out = onRanks(t, ranks, books, same, cache)
		noErrors(t, errs)
		require.Contains(t, out, "tokenizing again")

		errs, _ = onRanks(t, ranks, books, same, func(s *Options) { s.Cache = "" })
		noErrors(t, errs)
		errs, _ = onRanks(t, ranks, filepath.Dir(shards[0]), same)
		noErrors(t, errs)
	}
}

// Ranks compare their books and settings before they divide the work.
func TestRanksWithDifferentInputs(t *testing.T) {
	t.Chdir(t.TempDir())
	books, fewer, longer := library(t, 5), library(t, 4), library(t, 5)
	require.NoError(t, os.WriteFile(filepath.Join(longer, "book0.txt"), []byte("Anna."), 0o600))
	prepared(t, "tokens", over(t, books))
	last := func(change func(s *Options)) func(*Options, train.Listener) error {
		return func(s *Options, con train.Listener) error {
			if s.Group.Rank() == s.Group.Size()-1 {
				change(s)
			}
			if s.Prepare != "" {
				return Prepare(context.Background(), *s, con)
			}
			got, err := s.tokens(context.Background(), con)
			if err == nil {
				err = got.close()
			}
			return err
		}
	}
	for _, ranks := range []int{2, 3, 5} {
		for _, other := range []string{fewer, longer} {
			for _, prepare := range []string{"", "new"} {
				errs, _ := onRanks(t, ranks, books, last(func(s *Options) { s.Data = []string{other} }), func(s *Options) { s.Prepare = prepare })
				for _, err := range errs {
					require.ErrorContains(t, err, fmt.Sprintf("Data: rank %d of %d on ", ranks-1, ranks))
					require.ErrorContains(t, err, " has other books than rank 0: "+fmt.Sprint(len(files(t, other)))+" of ")
				}
				require.NoDirExists(t, "new")
			}
		}
		errs, _ := onRanks(t, ranks, books, last(func(s *Options) { s.Tokenizer = "tokens" }))
		for _, err := range errs {
			require.ErrorContains(t, err, "has other settings of the text than rank 0: seed 1, tokenizer ")
		}

		// The first rank can read a folder that another cannot.
		errs, _ = onRanks(t, ranks, books, last(func(s *Options) { s.Cache = "elsewhere" }))
		require.ErrorContains(t, errs[ranks-1], "Cache: elsewhere")
		require.ErrorContains(t, errs[ranks-1], " does not exist on this machine: name a folder that all machines share, or leave Cache empty so that each keeps the tokens in memory")
		require.NoDirExists(t, "elsewhere", "only the first rank writes")
		errs, _ = onRanks(t, ranks, "tokens", last(func(s *Options) { s.Data = []string{"elsewhere"} }))
		require.EqualError(t, errs[ranks-1], "Data: elsewhere does not exist on this machine: name a folder that all machines share")
		errs, _ = onRanks(t, ranks, books, last(func(s *Options) { s.Prepare = "nobody else looks here" }), func(s *Options) { s.Prepare = fmt.Sprint("prepared", ranks) })
		noErrors(t, errs)
	}
}

// If one rank is asked to stop, all stop, whatever they are doing.
func TestOneRankIsAskedToStop(t *testing.T) {
	t.Chdir(t.TempDir())
	books := library(t, 9)
	ended, end := context.WithCancel(context.Background())
	end()
	for _, ranks := range []int{2, 3, 5} {
		stopped := func(do func(ctx context.Context, s *Options, con train.Listener) error) []error {
			errs, _ := onRanks(t, ranks, books, func(s *Options, con train.Listener) error {
				ctx := context.Background()
				if s.Group.Rank() == 1 {
					ctx = ended
				}
				return do(ctx, s, con)
			})
			return errs
		}
		for _, err := range stopped(func(ctx context.Context, s *Options, con train.Listener) error {
			l, err := s.texts(context.Background(), con)
			if err == nil {
				_, err = s.learn(ctx, l.books, con)
			}
			return err
		}) {
			require.ErrorIs(t, err, context.Canceled)
			require.ErrorContains(t, err, "learning the vocabulary: stopped")
		}
		for _, err := range stopped(func(ctx context.Context, s *Options, con train.Listener) error {
			s.Prepare = "tokens"
			return Prepare(ctx, *s, con)
		}) {
			require.ErrorIs(t, err, context.Canceled)
			require.True(t, strings.HasPrefix(err.Error(), "reading the books: stopped"), err)
		}
	}
	require.NoDirExists(t, "tokens")
}
