package tokenizer

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// writeFiles saves a tokenizer to a new folder.
func writeFiles(t *testing.T, tok *Tokenizer) string {
	t.Helper()
	vocab, err := tok.VocabJSON()
	require.NoError(t, err)
	return folder(t, map[string]string{"vocab.json": string(vocab), "merges.txt": string(tok.MergesTXT())})
}

// folder is a new folder with the files.
func folder(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, content := range files {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600))
	}
	return dir
}

func TestFilesRoundTrip(t *testing.T) {
	tok, err := small(t).AddSpecials()
	require.NoError(t, err)
	again, err := Load(writeFiles(t, tok))
	require.NoError(t, err)
	require.Equal(t, tok.tokens, again.tokens)
	require.Equal(t, tok.merges, again.merges)
}

func TestRenderedFiles(t *testing.T) {
	tok, err := New([]string{Unknown, `"`, `\`, "é", "é</w>", "\n</w>", "éé</w>"}, []Merge{{"é", "é</w>"}})
	require.NoError(t, err)
	vocab, err := tok.VocabJSON()
	require.NoError(t, err)
	require.Equal(t, `{"<unk>":0,"\"":1,"\\":2,"é":3,"é</w>":4,"\n</w>":5,"éé</w>":6}`, string(vocab))
	require.Equal(t, "#version: 0.2\né é</w>\n", string(tok.MergesTXT()))
}

func TestLoad2018Names(t *testing.T) {
	tok, err := Load(folder(t, map[string]string{
		"encoder_bpe_40000.json": ` { "a": 1, "b</w>" : 2, "ab</w>": 3, "<unk>": 0 } `,
		"vocab_40000.bpe":        "#version: 0.2\r\na b</w>\r\n",
	}))
	require.NoError(t, err)
	require.Equal(t, []int32{3}, tok.Encode("AB"))
}

func TestLoadErrors(t *testing.T) {
	const merges = "#version: 0.2\n"
	for _, c := range []struct {
		name  string
		files map[string]string
		want  []string
	}{
		{"nothing there", nil, []string{"no tokenizer in", "vocab.json and merges.txt", "vocab_40000.bpe"}},
		{"no merges", map[string]string{"vocab.json": `{"<unk>":0}`}, []string{"merges.txt", "no such file"}},
		{"empty vocabulary", map[string]string{"vocab.json": "", "merges.txt": merges}, []string{"vocab.json: offset 0: want {: the file ends here"}},
		{"no object", map[string]string{"vocab.json": "[1]", "merges.txt": merges}, []string{"vocab.json: offset 1: want {, got ["}},
		{"cut off", map[string]string{"vocab.json": `{"<unk>":0,`, "merges.txt": merges}, []string{"vocab.json: offset 11: want a token: the file ends here: it seems to be cut short"}},
		{"cut off in a token", map[string]string{"vocab.json": `{"<unk>":0,"a`, "merges.txt": merges}, []string{"vocab.json: offset ", "cut short"}},
		{"cut off before an id", map[string]string{"vocab.json": `{"<unk>":0,"a":`, "merges.txt": merges}, []string{`token "a" wants an integer id: the file ends here`}},
		{"no comma", map[string]string{"vocab.json": `{"<unk>":0 "a":1}`, "merges.txt": merges}, []string{"vocab.json: offset 1", "invalid character"}},
		{"more after it", map[string]string{"vocab.json": `{"<unk>":0}{}`, "merges.txt": merges}, []string{"something follows"}},
		{"text for an id", map[string]string{"vocab.json": `{"<unk>":"0"}`, "merges.txt": merges}, []string{`"<unk>" wants an integer id`}},
		{"null for an id", map[string]string{"vocab.json": `{"<unk>":null}`, "merges.txt": merges}, []string{`"<unk>" wants an integer id, got null`}},
		{"fraction for an id", map[string]string{"vocab.json": `{"<unk>":0.5}`, "merges.txt": merges}, []string{`"<unk>" wants an integer id`}},
		{"id twice", map[string]string{"vocab.json": `{"<unk>":0,"a":0}`, "merges.txt": merges}, []string{`id 0 is given to both "<unk>" and "a"`}},
		{"token twice", map[string]string{"vocab.json": `{"<unk>":0,"a":1,"a":2}`, "merges.txt": merges}, []string{`token "a" stands twice`}},
		{"gap", map[string]string{"vocab.json": `{"<unk>":0,"a":2}`, "merges.txt": merges}, []string{"no token has id 1"}},
		{"negative id", map[string]string{"vocab.json": `{"<unk>":-1,"a":0}`, "merges.txt": merges}, []string{"no token has id 1"}},
		{"no unknown token", map[string]string{"vocab.json": `{"a":0}`, "merges.txt": merges}, []string{"vocab.json: ", "has no <unk>"}},
		{"one part", map[string]string{"vocab.json": `{"<unk>":0}`, "merges.txt": merges + "ab\n"}, []string{`merges.txt: line 2: want two pieces`, `"ab"`}},
		{"three parts", map[string]string{"vocab.json": `{"<unk>":0}`, "merges.txt": merges + "a b c\n"}, []string{"merges.txt: line 2: "}},
		{"blank line", map[string]string{"vocab.json": `{"<unk>":0}`, "merges.txt": merges + "\n"}, []string{"merges.txt: line 2: "}},
		{"result missing", map[string]string{"vocab.json": `{"<unk>":0,"a":1}`, "merges.txt": merges + "a a\n"}, []string{`merges.txt: line 2: result "aa"`}},
		{"result missing, no header", map[string]string{"vocab.json": `{"<unk>":0,"a":1}`, "merges.txt": "a a\n"}, []string{`merges.txt: line 1: result "aa"`}},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := Load(folder(t, c.files))
			for _, want := range c.want {
				require.ErrorContains(t, err, want)
			}
		})
	}
}

// TestMergesCutShort loads a vocabulary of which only some merges are left. A few tokens
// without a merge are no mistake.
func TestMergesCutShort(t *testing.T) {
	tok := train(t, 1000, opticks(t)[:50_000])
	for _, c := range []struct {
		missing int
		want    string
	}{
		{0, ""},
		{mostStrays, ""},
		{mostStrays + 1, "no merge gives 101 of the tokens"},
		{len(tok.merges), "merges are missing after the first 0"},
	} {
		short, err := New(tok.tokens, tok.merges[:len(tok.merges)-c.missing])
		require.NoError(t, err)
		files, err := short.Files()
		require.NoError(t, err)
		for _, name := range []string{"merges.txt", "tokenizer.json"} {
			dir := folder(t, map[string]string{"vocab.json": string(files["vocab.json"]), name: string(files[name])})
			if name == "tokenizer.json" {
				require.NoError(t, os.Remove(filepath.Join(dir, "vocab.json")))
			}
			_, err := Load(dir)
			if c.want == "" {
				require.NoError(t, err, "%s without %d", name, c.missing)
				continue
			}
			require.ErrorContains(t, err, name)
			require.ErrorContains(t, err, c.want)
		}
	}
}

func FuzzParseVocab(f *testing.F) {
	for _, seed := range []string{
		"", "{}", `{"<unk>":0}`, `{"a":1,"b":0}`, `{"a":0,"a":1}`, `[`, `{"a":null}`, ` { "\"\\\u00e9é" : 0 , "b" : 1 } `, `{"a":01}`, `{"a":1.5}`, `{"a":0}x`, "{\"\xff\":0}",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if ids, byID := quickVocab(data); ids != nil {
			v := newVocabReader(data, 0)
			require.NoError(t, v.readSlowly())
			require.Equal(t, v.ids, ids)
			require.Equal(t, v.byID, byID)
		}
		tokens, err := parseVocab(data)
		if err != nil {
			return
		}
		tok, err := New(tokens, nil)
		if err != nil {
			return
		}
		rendered, err := tok.VocabJSON()
		require.NoError(t, err)
		again, err := parseVocab(rendered)
		require.NoError(t, err)
		require.Equal(t, tokens, again)
	})
}

// TestQuickVocab: a vocabulary as this program writes it is read in the quick way.
func TestQuickVocab(t *testing.T) {
	tok, err := New([]string{Unknown, `"`, `\`, "é", "<", "x\ty", "b"}, nil)
	require.NoError(t, err)
	for _, indent := range []string{"", "  "} {
		data, err := tok.VocabJSON()
		require.NoError(t, err)
		if indent != "" {
			var wide bytes.Buffer
			require.NoError(t, json.Indent(&wide, data, "", indent))
			data = wide.Bytes()
		}
		ids, byID := quickVocab(data)
		require.Equal(t, tok.ids, ids)
		require.Len(t, byID, tok.Size())
	}
}

func FuzzParseMerges(f *testing.F) {
	for _, seed := range []string{"", "#version: 0.2\na b\n", "a b\r\nc d", "a  b", "# b\n"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		merges, skipped, err := parseMerges(text)
		if err != nil {
			return
		}
		require.LessOrEqual(t, skipped, 1)
		for _, m := range merges {
			require.NotEmpty(t, m.Left)
			require.NotEmpty(t, m.Right)
		}
	})
}
