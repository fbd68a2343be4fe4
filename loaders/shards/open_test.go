package shards

import (
	"encoding/json"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"gorgpt/loaders"
	"gorgpt/tokenizer"
)

// reindex changes the index of a folder.
func reindex(t *testing.T, dir string, change func(x map[string]any)) {
	t.Helper()
	path := filepath.Join(dir, indexFile)
	data, err := os.ReadFile(path)
	require.NoError(t, err)
	var x map[string]any
	require.NoError(t, json.Unmarshal(data, &x))
	change(x)
	data, err = json.Marshal(x)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(path, data, 0o600))
}

func TestOpenErrors(t *testing.T) {
	t.Parallel()
	set := func(key string, value any) func(t *testing.T, dir string) {
		return func(t *testing.T, dir string) { reindex(t, dir, func(x map[string]any) { x[key] = value }) }
	}
	inFile := func(name string, change func(data []byte) []byte) func(t *testing.T, dir string) {
		return func(t *testing.T, dir string) {
			path := filepath.Join(dir, name)
			data, err := os.ReadFile(path)
			require.NoError(t, err)
			require.NoError(t, os.WriteFile(path, change(data), 0o600))
		}
	}
	whole := prepared(t, corpus(t, vocabulary(t, 0), shelf(5, 50), 40))
	for _, c := range []struct {
		name  string
		spoil func(t *testing.T, dir string)
		want  string
	}{
		{"no folder", func(t *testing.T, dir string) { require.NoError(t, os.RemoveAll(dir)) }, "holds no tokens"},
		{"no index", func(t *testing.T, dir string) { require.NoError(t, os.Remove(filepath.Join(dir, indexFile))) }, "holds no tokens"},
		{"no JSON", inFile(indexFile, func([]byte) []byte { return []byte("tokens") }), "tokens.json: the index is damaged"},
		{"cut index", inFile(indexFile, func(b []byte) []byte { return b[:len(b)/2] }), "tokens.json: the index is damaged"},
		{"two indexes", inFile(indexFile, func(b []byte) []byte { return append(b, b...) }), "tokens.json: the index is damaged"},
		{"JSON of something else", inFile(indexFile, func([]byte) []byte { return []byte("{}") }), `tokens.json: format is "": it must be "gorgpt-tokens"`},
		{"other version", set("version", 7), "tokens.json: version is 7, but this program reads version 1: prepare the books again"},
		{"unknown key", set("compression", "zip"), `tokens.json: the index is damaged (remove the folder to prepare it again): json: unknown field "compression"`},
		{"unfinished", func(t *testing.T, dir string) {
			reindex(t, dir, func(x map[string]any) { x["complete"], x["shards"], x["books"] = false, []any{}, []any{} })
		}, "is not finished: prepare it again with the same books and settings: this resumes after 0 tokens"},
		{"no file", func(t *testing.T, dir string) { require.NoError(t, os.Remove(filepath.Join(dir, shardName(1)))) }, "tokens-00001.bin: no such file"},
		{"short file", inFile(shardName(1), func(b []byte) []byte { return b[:len(b)-1] }), "tokens-00001.bin has 79 bytes in place of 80: prepare the folder again"},
		{"long file", inFile(shardName(1), func(b []byte) []byte { return append(b, 0) }), "tokens-00001.bin has 81 bytes in place of 80"},
		{"damaged file", inFile(shardName(1), func(b []byte) []byte { b[4] = b[4]%12 + 1; return b }), "the tokens are damaged (their checksum is wrong): prepare the folder again"},
		{"id beyond the vocabulary", inFile(shardName(0), func(b []byte) []byte { b[1] = 9; return b }), "but the vocabulary has 13"},
		{"no tokenizer", func(t *testing.T, dir string) {
			for _, name := range []string{"vocab.json", "tokenizer.json"} {
				require.NoError(t, os.RemoveAll(filepath.Join(dir, name)))
			}
		}, "no tokenizer in"},
		{"other tokenizer", func(t *testing.T, dir string) {
			files, err := vocabulary(t, 1).Files()
			require.NoError(t, err)
			for name, data := range files {
				require.NoError(t, os.WriteFile(filepath.Join(dir, name), data, 0o600))
			}
		}, "the tokenizer in the folder is not the one that made the tokens"},
		{"no vocabulary", set("vocab_size", 0), "vocab_size is 0"},
		{"other size of tokens", set("token_bytes", 4), "token_bytes is 4, but a vocabulary of 13 needs 2"},
		{"no size of files", set("shard_tokens", 0), "shard_tokens is 0"},
		{"other size of files", set("shard_tokens", 41), "file tokens-00000.bin has 40 tokens, but files have 41"},
		{"fewer files", set("shards", []any{}), "do not fit"},
		{"fewer books", set("books", []any{}), "the books have 0 tokens, but the files"},
		{"unknown split", func(t *testing.T, dir string) {
			reindex(t, dir, func(x map[string]any) { x["books"].([]any)[0].(map[string]any)["split"] = "test" })
		}, `book 0 (story 1): split is "test": it must be train or validation`},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "tokens")
			require.NoError(t, os.CopyFS(dir, os.DirFS(whole)))
			c.spoil(t, dir)
			_, err := Open(dir)
			require.ErrorContains(t, err, c.want)
			require.NotContains(t, err.Error(), "\n")
			require.Contains(t, err.Error(), dir)
		})
	}
}

// TestFilesCutShortInUse: what a mapped file loses is an error, not a crash.
func TestFilesCutShortInUse(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("an open file cannot be cut there")
	}
	book := loaders.Book{Name: "book", Text: strings.Repeat("a ", 100_000)}
	c := corpus(t, vocabulary(t, 0), []loaders.Book{book, book}, 1<<20)
	dir := prepared(t, c)
	f := opened(t, dir)
	require.NoError(t, os.Truncate(filepath.Join(dir, shardName(0)), 0))
	err := f.Valid[0].Tokens.Copy(make([]int32, 100), 50_000)
	require.ErrorContains(t, err, "reading tokens of book from tokens-00000.bin")
}

func TestCopyOutside(t *testing.T) {
	t.Parallel()
	f := opened(t, prepared(t, corpus(t, vocabulary(t, 0), shelf(5, 50), 40)))
	for _, b := range f.Train {
		require.Error(t, b.Tokens.Copy(make([]int32, 2), b.Tokens.Len()-1))
		require.Error(t, b.Tokens.Copy(make([]int32, 2), -1))
		require.NoError(t, b.Tokens.Copy(nil, b.Tokens.Len()))
	}
}

func TestIsFolder(t *testing.T) {
	t.Parallel()
	dir := prepared(t, corpus(t, vocabulary(t, 0), shelf(5, 50), 40))
	require.True(t, IsFolder(dir))
	require.False(t, IsFolder(filepath.Dir(dir)))
}

func TestLook(t *testing.T) {
	t.Parallel()
	dir := prepared(t, corpus(t, vocabulary(t, 0), shelf(5, 50), 40))
	status, err := Look(dir, "test")
	require.NoError(t, err)
	require.Equal(t, Finished, status)
	_, err = Look(dir, "other")
	require.ErrorContains(t, err, dir+": the folder holds tokens of other books or settings")
	_, err = Look(filepath.Dir(dir), "test")
	require.ErrorContains(t, err, "the folder holds no tokens, but other files (tokens)")
	status, err = Look(filepath.Join(dir, "nowhere"), "test")
	require.NoError(t, err)
	require.Equal(t, Absent, status)
	reindex(t, dir, func(x map[string]any) {
		x["complete"], x["shards"], x["books"] = false, []any{}, []any{}
	})
	status, err = Look(dir, "test")
	require.NoError(t, err)
	require.Equal(t, Begun, status)
}

func TestCheckTokenizer(t *testing.T) {
	t.Parallel()
	tok := vocabulary(t, 0)
	f := opened(t, prepared(t, corpus(t, tok, shelf(5, 50), 40)))
	require.NoError(t, f.CheckTokenizer(tok))
	require.ErrorContains(t, f.CheckTokenizer(vocabulary(t, 1)), "another tokenizer")
	require.ErrorContains(t, f.CheckTokenizer(tok.WithPipeline(tokenizer.Original)), "another tokenizer")
}

// TestWindowsFromFiles: the windows are those of books in memory, in the same order.
func TestWindowsFromFiles(t *testing.T) {
	const ctx = 6
	tok, books := vocabulary(t, 0), shelf(13, 60)
	train, _ := loaders.SplitBooks(books, 1)
	f := opened(t, prepared(t, corpus(t, tok, books, 80)))
	var tokens []loaders.Tokens
	for _, b := range f.Train {
		tokens = append(tokens, b.Tokens)
	}
	want, err := loaders.NewWindows(loaders.Encode(tok, train), ctx, 5)
	require.NoError(t, err)
	got, err := loaders.NewWindows(tokens, ctx, 5)
	require.NoError(t, err)
	require.Equal(t, want.Total(4), got.Total(4))
	a, b := make([]int32, ctx+1), make([]int32, ctx+1)
	for want.Position().Epoch < 3 {
		require.NoError(t, want.Next(a))
		require.NoError(t, got.Next(b))
		require.Equal(t, a, b)
		require.Equal(t, want.Position(), got.Position())
	}
	require.Zero(t, testing.AllocsPerRun(100, func() { _ = got.Next(b) }))
}

// FuzzOpen gives a folder with whole files another index. The files are open already, and only an
// index that is accepted is read through.
func FuzzOpen(f *testing.F) {
	dir := prepared(f, corpus(f, vocabulary(f, 0), shelf(5, 50), 40))
	data, err := os.ReadFile(filepath.Join(dir, indexFile))
	require.NoError(f, err)
	whole, err := Open(dir)
	require.NoError(f, err)
	f.Cleanup(func() { _ = whole.Close() })
	f.Add(data)
	f.Add([]byte(strings.Replace(string(data), `"offset": 0`, `"offset": -1`, 1)))
	f.Add([]byte(strings.Replace(string(data), `"tokens": 40`, `"tokens": 9223372036854775807`, 2)))
	f.Add([]byte(strings.Replace(string(data), `"shard_tokens": 40`, `"shard_tokens": 2147483647`, 1)))
	f.Add([]byte(`{"format":"gorgpt-tokens","version":1,"complete":true,"vocab_size":1,"token_bytes":2,"shard_tokens":1}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		x, err := parseIndex(data)
		if err != nil {
			return
		}
		at := 0
		for _, b := range x.Books {
			require.Equal(t, at, b.Offset)
			at += b.Tokens
		}
		require.LessOrEqual(t, at, x.stored())
		if !x.Complete || len(x.Shards) > len(whole.files) {
			return
		}
		folder := &Folder{Tokenizer: whole.Tokenizer, index: *x, files: whole.files[:len(x.Shards)]}
		for i, s := range x.Shards {
			if whole.files[i].Size() != int64(s.Tokens)*int64(x.TokenBytes) {
				return
			}
		}
		for _, b := range x.Books {
			folder.Train = append(folder.Train, Book{Name: b.Name, Tokens: &stored{folder: folder, book: b}})
		}
		if folder.verify() != nil {
			return
		}
		for _, b := range folder.Train {
			all(t, b.Tokens)
		}
	})
}
