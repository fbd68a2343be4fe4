package tokenizer

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"unicode"

	"github.com/pkg/errors"
	"github.com/stretchr/testify/require"
	"golang.org/x/text/unicode/norm"
)

// goldenDir is the folder with the reference vocabulary and its expected outputs; the
// test is skipped if there is none.
func goldenDir(t testing.TB) string {
	t.Helper()
	dir := os.Getenv("GORGPT_TOKENIZER")
	if dir == "" {
		dir = filepath.FromSlash("../shared/tokenizer")
	}
	if !filepath.IsAbs(dir) {
		dir = filepath.Join("..", dir) // from the module root
	}
	if _, err := os.Stat(filepath.Join(dir, "encoder_bpe_40000.json")); err != nil {
		t.Skipf("no reference vocabulary (set GORGPT_TOKENIZER): %v", err)
	}
	return dir
}

// goldenRows decodes each line of a JSONL file.
func goldenRows[T any](t *testing.T, path string) []T {
	t.Helper()
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		t.Skipf("no such reference data: %v", err)
	}
	require.NoError(t, err)
	defer func() { require.NoError(t, f.Close()) }()
	var rows []T
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<24)
	for lines.Scan() {
		var row T
		require.NoError(t, json.Unmarshal(lines.Bytes(), &row), "%s:%d", path, len(rows)+1)
		rows = append(rows, row)
	}
	require.NoError(t, lines.Err())
	require.NotEmpty(t, rows, path)
	return rows
}

// tokensOf spells out ids.
func tokensOf(t *testing.T, tok *Tokenizer, ids []int32) []string {
	t.Helper()
	tokens := []string{}
	for _, id := range ids {
		token, ok := tok.Token(id)
		require.True(t, ok, "id %d", id)
		tokens = append(tokens, token)
	}
	return tokens
}

func TestGoldenWords(t *testing.T) {
	dir := goldenDir(t)
	tok, err := Load(dir)
	require.NoError(t, err)
	rows := goldenRows[struct {
		Word   string
		Tokens []string
		IDs    []int32
	}](t, filepath.Join(dir, "bpe_word_goldens.jsonl"))
	for _, row := range rows {
		ids := newSpeller().appendWord([]int32{}, tok, []byte(row.Word))
		require.Equal(t, row.IDs, ids, "%q", row.Word)
		for i, token := range row.Tokens {
			id, ok := tok.ID(token)
			require.Equal(t, ok, ids[i] != tok.unk, "%q", row.Word)
			require.Equal(t, id, ids[i], "%q", row.Word)
		}
	}
}

func TestGoldenBert(t *testing.T) {
	dir := goldenDir(t)
	tok, err := Load(dir)
	require.NoError(t, err)
	rows := goldenRows[struct {
		Text    string
		IDs     []int32
		Tokens  []string
		Decoded string
	}](t, filepath.Join(dir, "bert_goldens.jsonl"))
	for _, row := range rows {
		ids := tok.AppendEncode([]int32{}, row.Text)
		require.Equal(t, row.IDs, ids, "%q", row.Text)
		require.Equal(t, row.Tokens, tokensOf(t, tok, ids), "%q", row.Text)
		require.Equal(t, row.Decoded, tok.Decode(ids), "%q", row.Text)
	}
}

// TestGoldenFilesRoundTrip writes the 2018 vocabulary in the other form and reads it back.
func TestGoldenFilesRoundTrip(t *testing.T) {
	tok, err := Load(goldenDir(t))
	require.NoError(t, err)
	require.Equal(t, 40478, tok.Size())
	again, err := Load(writeFiles(t, tok))
	require.NoError(t, err)
	require.Equal(t, tok.tokens, again.tokens)
	require.Equal(t, tok.merges, again.merges)
	original, err := os.ReadFile(filepath.Join(goldenDir(t), "vocab_40000.bpe"))
	require.NoError(t, err)
	require.Equal(t, string(original), string(tok.MergesTXT()))
}

// TestGoldenCharacterClasses compares the classes of every code point with those
// observed in the reference. It calls require only on a difference: a million calls take
// their time.
func TestGoldenCharacterClasses(t *testing.T) {
	data, err := os.ReadFile(filepath.Join(goldenDir(t), "bert_char_classes.json"))
	if errors.Is(err, fs.ErrNotExist) {
		t.Skipf("no such reference data: %v", err)
	}
	require.NoError(t, err)
	var golden struct {
		Removed, Space, CJK, Stripped, Punct [][2]string
		Fold                                 map[string]string
	}
	require.NoError(t, json.Unmarshal(data, &golden))

	want := new(classTable)
	for _, c := range []struct {
		ranges [][2]string
		class  class
	}{
		{golden.Removed, removed},
		{golden.Space, space},
		{golden.CJK, ideograph},
		{golden.Stripped, mark},
		{golden.Punct, punct},
	} {
		require.NotEmpty(t, c.ranges)
		for _, bounds := range c.ranges {
			for r := hexRune(t, bounds[0]); r <= hexRune(t, bounds[1]); r++ {
				want[r] |= c.class
			}
		}
	}
	want[' '] |= space

	got := classes()
	for r := range rune(unicode.MaxRune + 1) {
		if 0xD800 <= r && r <= 0xDFFF {
			continue
		}
		if want[r] != got[r]&^late {
			require.Equal(t, want[r], got[r]&^late, "U+%04X", r)
		}
		if want[r]&(removed|space|mark) != 0 {
			continue
		}
		fold, changed := golden.Fold[fmt.Sprintf("%04X", r)]
		if !changed {
			fold = string(r)
		}
		if 0xAC00 <= r && r <= 0xD7A3 {
			fold = norm.NFD.String(string(r))
		}
		s := bertSplitter{word: []byte(string(r))}
		s.fold()
		if fold != string(s.folded) {
			require.Equal(t, fold, string(s.folded), "U+%04X", r)
		}
	}
}

// hexRune reads a code point in hexadecimal.
func hexRune(t *testing.T, s string) rune {
	t.Helper()
	r, err := strconv.ParseInt(s, 16, 32)
	require.NoError(t, err)
	return rune(r)
}
