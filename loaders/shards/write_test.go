package shards

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/gofrs/flock"
	"github.com/stretchr/testify/require"

	"gorgpt/loaders"
	"gorgpt/tokenizer"
)

// vocabulary spells the letters a to e. With fillers its ids take four bytes.
func vocabulary(t testing.TB, fillers int) *tokenizer.Tokenizer {
	t.Helper()
	tokens := []string{tokenizer.Unknown}
	for i := range fillers {
		tokens = append(tokens, fmt.Sprintf("filler%d", i))
	}
	for _, c := range "abcde" {
		tokens = append(tokens, string(c), string(c)+"</w>")
	}
	tok, err := tokenizer.New(append(tokens, "ab", "abc</w>"), []tokenizer.Merge{{Left: "a", Right: "b"}, {Left: "ab", Right: "c</w>"}})
	require.NoError(t, err)
	return tok
}

// shelf is books of random words, some of them empty.
func shelf(n, words int) []loaders.Book {
	rng := rand.New(rand.NewPCG(1, 1))
	books := make([]loaders.Book, n)
	for i := range books {
		var text strings.Builder
		for range rng.IntN(words) * min(i%5, 1) {
			for range 1 + rng.IntN(4) {
				text.WriteByte("abcdefg"[rng.IntN(7)])
			}
			text.WriteByte(" \n"[rng.IntN(2)])
		}
		books[i] = loaders.Book{Name: fmt.Sprintf("story %d", i), Text: text.String()}
	}
	return books
}

// corpus is the books, split.
func corpus(t testing.TB, tok *tokenizer.Tokenizer, books []loaders.Book, shardTokens int) Corpus {
	t.Helper()
	c := Corpus{Tokenizer: tok, Source: "test", ShardTokens: shardTokens}
	train, valid := loaders.SplitBooks(books, 1)
	for _, b := range train {
		c.Train = append(c.Train, b.Source())
	}
	for _, b := range valid {
		c.Valid = append(c.Valid, b.Source())
	}
	return c
}

// prepared is a new folder of the corpus.
func prepared(t testing.TB, c Corpus) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "tokens")
	require.NoError(t, Write(context.Background(), dir, c))
	return dir
}

// opened opens a folder for the time of the test.
func opened(t testing.TB, dir string) *Folder {
	t.Helper()
	f, err := Open(dir)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, f.Close()) })
	return f
}

// contents is all files of a folder.
func contents(t testing.TB, dir string) map[string]string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	files := make(map[string]string)
	for _, e := range entries {
		data, err := os.ReadFile(filepath.Join(dir, e.Name()))
		require.NoError(t, err)
		files[e.Name()] = string(data)
	}
	return files
}

// all copies the tokens of a book.
func all(t testing.TB, tokens loaders.Tokens) []int32 {
	t.Helper()
	ids := make([]int32, tokens.Len())
	require.NoError(t, tokens.Copy(ids, 0))
	return ids
}

// TestSameTokensAsInMemory compares books in files, mapped and read, with the same in
// memory.
func TestSameTokensAsInMemory(t *testing.T) {
	t.Parallel()
	books := shelf(8, 30)
	train, valid := loaders.SplitBooks(books, 1)
	for _, c := range []struct{ fillers, shardTokens, bytes int }{
		{0, 40, 2}, {65_536 - 13, 100, 2}, {65_536 - 12, 100, 4},
	} {
		t.Run(fmt.Sprintf("%+v", c), func(t *testing.T) {
			tok := vocabulary(t, c.fillers)
			dir := prepared(t, corpus(t, tok, books, c.shardTokens))
			f := opened(t, dir)
			require.Equal(t, c.bytes, f.index.TokenBytes)
			require.Equal(t, tok.Size(), f.Tokenizer.Size())
			compare := func(t *testing.T) {
				for _, part := range []struct {
					books []loaders.Book
					got   []Book
				}{{train, f.Train}, {valid, f.Valid}} {
					require.Len(t, part.got, len(part.books))
					for i, want := range loaders.Encode(tok, part.books) {
						require.Equal(t, part.books[i].Name, part.got[i].Name)
						require.Equal(t, all(t, want), all(t, part.got[i].Tokens))
						for at := range want.Len() {
							a, b := make([]int32, min(5, want.Len()-at)), make([]int32, min(5, want.Len()-at))
							require.NoError(t, want.Copy(a, at))
							require.NoError(t, part.got[i].Tokens.Copy(b, at))
							require.Equal(t, a, b)
						}
					}
				}
			}
			t.Run("mapped", compare)
			for i := range f.files {
				file, err := os.Open(filepath.Join(dir, shardName(i)))
				require.NoError(t, err)
				require.NoError(t, f.files[i].Close())
				f.files[i] = plain{file, f.files[i].Size()}
			}
			t.Run("read", compare)
		})
	}
}

// TestSameFiles writes one corpus on several numbers of cores, and the largest books in
// pieces.
func TestSameFiles(t *testing.T) {
	c := corpus(t, vocabulary(t, 0), shelf(23, 100), 50)
	long := loaders.Book{Name: "long", Text: strings.Repeat("abc de\n", pieceBytes/3)}
	c.Train = append(c.Train, long.Source())
	c.ShardTokens = 100_000
	want := contents(t, prepared(t, c))
	require.Greater(t, len(want), 5)
	for _, procs := range []int{1, 2, 3, 8} {
		t.Run(fmt.Sprint(procs, " cores"), func(t *testing.T) {
			defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(procs))
			require.Equal(t, want, contents(t, prepared(t, c)))
		})
	}
}

// TestGoesOn stops the work at each report and lets it go on.
func TestGoesOn(t *testing.T) {
	t.Parallel()
	c := corpus(t, vocabulary(t, 0), shelf(13, 40), 150)
	want := contents(t, prepared(t, c))
	for stop := 1; stop < 13; stop += 2 { // each book is one piece
		dir := filepath.Join(t.TempDir(), "tokens")
		ctx, cancel := context.WithCancel(context.Background())
		seen := 0
		c.Report = func(Progress) {
			if seen++; seen == stop {
				cancel()
			}
		}
		if err := Write(ctx, dir, c); err != nil {
			require.ErrorIs(t, err, context.Canceled)
			_, err = Open(dir)
			require.ErrorContains(t, err, "is not finished: prepare it again")
		}
		c.Report = nil
		require.NoError(t, Write(context.Background(), dir, c))
		require.Equal(t, want, contents(t, dir))
		cancel()
	}
}

// TestOnlyWhatIsMissing checks that files which are done are not tokenized again.
func TestOnlyWhatIsMissing(t *testing.T) {
	t.Parallel()
	c := corpus(t, vocabulary(t, 0), shelf(9, 80), 40)
	dir := prepared(t, c)
	want := contents(t, dir)
	n := len(opened(t, dir).files)
	for lost, spoil := range map[int]func(path string) error{
		2:     os.Remove,
		n / 2: func(path string) error { return os.Truncate(path, 3) },
		n - 1: func(path string) error { return os.WriteFile(path, make([]byte, 80), 0o600) },
	} {
		require.NoError(t, spoil(filepath.Join(dir, shardName(lost))))
		var first *Progress
		c.Report = func(p Progress) {
			if first == nil {
				first = &p
			}
		}
		require.NoError(t, Write(context.Background(), dir, c))
		require.Equal(t, want, contents(t, dir))
		require.NotNil(t, first)
		longest := 4 * 80 // tokens of a book
		require.GreaterOrEqual(t, first.Tokens, lost*40-longest)
	}
	c.Report = func(Progress) { t.Error("all is done") }
	require.NoError(t, Write(context.Background(), dir, c))
}

// TestReports demands that progress never falls and ends with everything.
func TestReports(t *testing.T) {
	t.Parallel()
	books := shelf(13, 80)
	c := corpus(t, vocabulary(t, 0), books, 400)
	var last Progress
	c.Report = func(p Progress) {
		require.GreaterOrEqual(t, p.Books, last.Books)
		require.GreaterOrEqual(t, p.Bytes, last.Bytes)
		require.GreaterOrEqual(t, p.Tokens, last.Tokens)
		last = p
	}
	dir := prepared(t, c)
	size := 0
	for _, b := range books {
		size += len(b.Text)
	}
	require.Equal(t, Progress{Books: 13, Bytes: int64(size), Tokens: opened(t, dir).index.stored()}, last)
}

func TestWriteErrors(t *testing.T) {
	t.Parallel()
	c := corpus(t, vocabulary(t, 0), shelf(5, 50), 40)
	t.Run("other corpus", func(t *testing.T) {
		dir := prepared(t, c)
		want := contents(t, dir)
		other := c
		other.Source = "other"
		fewer := c
		fewer.Train = fewer.Train[1:]
		smaller := c
		smaller.ShardTokens = 39
		foreign := c
		foreign.Tokenizer = vocabulary(t, 1)
		for _, c := range []Corpus{other, fewer, smaller, foreign} {
			require.ErrorContains(t, Write(context.Background(), dir, c), "choose another folder")
			require.Equal(t, want, contents(t, dir), "nothing is overwritten")
		}
	})
	t.Run("book that cannot be read", func(t *testing.T) {
		broken := c
		broken.Train = append([]loaders.Source{}, c.Train...)
		broken.Train[1].Read = func() (loaders.Book, error) { return loaders.ReadBook("nowhere.txt") }
		dir := filepath.Join(t.TempDir(), "tokens")
		require.ErrorContains(t, Write(context.Background(), dir, broken), "nowhere.txt")
		require.NoError(t, Write(context.Background(), dir, c), "it goes on once the book can be read")
		require.Equal(t, contents(t, prepared(t, c)), contents(t, dir))
	})
	t.Run("damaged index", func(t *testing.T) {
		dir := prepared(t, c)
		require.NoError(t, os.WriteFile(filepath.Join(dir, indexFile), []byte(`{"format"`), 0o600))
		require.ErrorContains(t, Write(context.Background(), dir, c), "tokens.json: the index is damaged (remove the folder")
	})
	t.Run("folder of something else", func(t *testing.T) {
		dir := t.TempDir()
		require.NoError(t, os.WriteFile(filepath.Join(dir, "vocab.json"), []byte("precious"), 0o600))
		require.ErrorContains(t, Write(context.Background(), dir, c), "the folder holds no tokens, but other files (vocab.json): choose another folder")
		require.Equal(t, map[string]string{"vocab.json": "precious"}, contents(t, dir))
	})
	t.Run("folder that is a file", func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "file")
		require.NoError(t, os.WriteFile(path, nil, 0o600))
		require.ErrorContains(t, Write(context.Background(), path, c), path)
	})
}

// TestNoTokenizerYet: killed between index and tokenizer, or with the tokenizer damaged.
func TestNoTokenizerYet(t *testing.T) {
	t.Parallel()
	c := corpus(t, vocabulary(t, 0), shelf(5, 50), 1000)
	dir := prepared(t, c)
	want := contents(t, dir)
	require.NoError(t, os.Remove(filepath.Join(dir, "merges.txt")))
	require.NoError(t, os.Truncate(filepath.Join(dir, "tokenizer.json"), 5))
	require.NoError(t, Write(context.Background(), dir, c))
	require.Equal(t, want, contents(t, dir))
}

// TestLeftovers: unfinished files go when nobody else writes into the folder. Files of others
// stay, whatever they are called and however old they are.
func TestLeftovers(t *testing.T) {
	t.Parallel()
	c := corpus(t, vocabulary(t, 0), shelf(5, 50), 40)
	dir := prepared(t, c)
	ours := []string{".tokens-00001.bin.gorgpt-01234567", ".tokens.json.gorgpt-01234567", ".vocab.json.gorgpt-01234567"}
	foreign := []string{".token", ".tokens-00001.bin.tmp-01234567", ".tokens.txt.gorgpt-01234567", ".a.tmp-01234567"}
	long := time.Now().Add(-1000 * time.Hour)
	for _, name := range append(ours, foreign...) {
		path := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(path, []byte(name), 0o600))
		require.NoError(t, os.Chtimes(path, long, long))
	}
	other := flock.New(filepath.Join(dir, lockFile))
	writing, err := other.TryRLock()
	require.NoError(t, err)
	require.True(t, writing)
	require.NoError(t, Write(context.Background(), dir, c))
	got := contents(t, dir)
	for _, name := range append(ours, foreign...) {
		require.Equal(t, name, got[name], "another process writes")
	}
	require.NoError(t, other.Unlock())
	require.NoError(t, Write(context.Background(), dir, c))
	got = contents(t, dir)
	for _, name := range foreign {
		require.Equal(t, name, got[name])
	}
	for _, name := range ours {
		require.NotContains(t, got, name)
	}
}

// TestForeignHiddenFiles: a folder with hidden files of others is not taken for an empty one.
func TestForeignHiddenFiles(t *testing.T) {
	t.Parallel()
	c := corpus(t, vocabulary(t, 0), shelf(5, 50), 40)
	for _, name := range []string{".token", ".tokens", ".lock", ".tokens.json.tmp-01234567"} {
		dir := t.TempDir()
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte("precious"), 0o600))
		require.ErrorContains(t, Write(context.Background(), dir, c), "the folder holds no tokens, but other files ("+name+")")
		require.Equal(t, map[string]string{name: "precious"}, contents(t, dir))
	}
}

// TestKilled kills a process that writes, again and again, until one gets to the end.
func TestKilled(t *testing.T) {
	t.Parallel()
	slow := corpus(t, vocabulary(t, 0), shelf(40, 400), 1500)
	if dir := os.Getenv("SHARDS_TEST_KILLED"); dir != "" {
		slow.Report = func(Progress) { time.Sleep(2 * time.Millisecond) }
		require.NoError(t, Write(context.Background(), dir, slow))
		return
	}
	if testing.Short() {
		t.Skip("starts processes")
	}
	dir := filepath.Join(t.TempDir(), "tokens")
	kills := 0
	for patience := 50 * time.Millisecond; ; patience += 150 * time.Millisecond {
		cmd := exec.Command(os.Args[0], "-test.run", "^TestKilled$")
		cmd.Env = append(os.Environ(), "SHARDS_TEST_KILLED="+dir)
		require.NoError(t, cmd.Start())
		timer := time.AfterFunc(patience, func() { _ = cmd.Process.Kill() })
		err := cmd.Wait()
		timer.Stop()
		if err == nil {
			break
		}
		kills++
	}
	require.Positive(t, kills)
	got := contents(t, dir)
	for name := range got {
		if strings.HasPrefix(name, ".") {
			delete(got, name) // half a file, which the next run removes
		}
	}
	want := contents(t, prepared(t, slow))
	delete(want, lockFile)
	require.Equal(t, want, got)
}
