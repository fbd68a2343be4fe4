package tokenizer

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// theirs is a tokenizer.json in the form of Hugging Face's, MERGES to be filled in.
const theirs = `{
  "version": "1.0",
  "truncation": null,
  "padding": null,
  "added_tokens": [
    {"id": 0, "content": "<unk>", "single_word": false, "lstrip": false, "rstrip": false, "normalized": false, "special": true}
  ],
  "normalizer": {"type": "BertNormalizer", "clean_text": true, "handle_chinese_chars": true, "strip_accents": null, "lowercase": true},
  "pre_tokenizer": {"type": "BertPreTokenizer"},
  "post_processor": null,
  "decoder": {"type": "BPEDecoder", "suffix": "</w>"},
  "model": {
    "type": "BPE", "dropout": null, "unk_token": "<unk>", "continuing_subword_prefix": "", "end_of_word_suffix": "</w>",
    "fuse_unk": false, "byte_fallback": false, "ignore_merges": false,
    "vocab": {"<unk>": 0, "l": 1, "o": 2, "w</w>": 3, "lo": 4, "low</w>": 5},
    "merges": MERGES
  }
}`

// their is a tokenizer.json with an exchanged part.
func their(t testing.TB, was, is string) string {
	t.Helper()
	text := strings.Replace(theirs, "MERGES", `["l o", "lo w</w>"]`, 1)
	require.Contains(t, text, was)
	return strings.Replace(text, was, is, 1)
}

func TestLoadTokenizerJSON(t *testing.T) {
	for _, c := range []struct{ name, was, is string }{
		{"merges as texts", "", ""},
		{"merges as lists", `["l o", "lo w</w>"]`, `[["l", "o"], ["lo", "w</w>"]]`},
		{"older form", `"type": "BPE", "dropout": null,`, ""},
		{"accents named", `"strip_accents": null`, `"strip_accents": true`},
		{"newer settings that are off", `"fuse_unk": false`, `"fuse_unk": false, "something_new": false`},
		{"another decoder", `"suffix": "</w>"`, `"suffix": "</w>", "more": 1`},
		{"no decoder", `{"type": "BPEDecoder", "suffix": "</w>"}`, "null"},
		{"truncation kept", `"truncation": null`, `"truncation": {"direction": "Right", "max_length": 512, "strategy": "LongestFirst", "stride": 0}`},
		{"padding kept", `"padding": null`, `"padding": {"strategy": "BatchLongest", "direction": "Right", "pad_id": 0, "pad_token": "<unk>"}`},
		{"unknown token once", `"vocab": {"<unk>": 0, `, `"vocab": {`},
	} {
		t.Run(c.name, func(t *testing.T) {
			tok, err := Load(folder(t, map[string]string{"tokenizer.json": their(t, c.was, c.is)}))
			require.NoError(t, err)
			require.Equal(t, []string{Unknown, "l", "o", "w</w>", "lo", "low</w>"}, tok.tokens)
			require.Equal(t, []Merge{{"l", "o"}, {"lo", "w</w>"}}, tok.merges)
			require.Equal(t, []int32{5, 0, 4, 0}, tok.Encode("LOW <unk>löx"))
			require.Equal(t, Bert, tok.Pipeline())
		})
	}
}

// TestTokenizerJSONSettings: settings with which Hugging Face's tokenizers give other ids are
// errors that name them.
func TestTokenizerJSONSettings(t *testing.T) {
	for _, c := range []struct{ was, is, want string }{
		{`"1.0"`, `"2.0"`, `version is "2.0": only "1.0" is supported`},
		{`"version": "1.0",`, "", `version is null: only "1.0"`},
		{`"post_processor": null`, `"post_processor": {"type": "ByteLevel"}`, `post_processor is {"type": "ByteLevel"}`},
		{`"clean_text": true`, `"clean_text": false`, "normalizer.clean_text is false: only true"},
		{`"handle_chinese_chars": true`, `"handle_chinese_chars": false`, "normalizer.handle_chinese_chars is false"},
		{`"strip_accents": null`, `"strip_accents": false`, "normalizer.strip_accents is false: only null or true"},
		{`"lowercase": true`, `"lowercase": false`, "normalizer.lowercase is false"},
		{`"BertNormalizer"`, `"NFC"`, `normalizer.type is "NFC": only "BertNormalizer"`},
		{`{"type": "BertPreTokenizer"}`, `{"type": "Whitespace"}`, `pre_tokenizer.type is "Whitespace": only "BertPreTokenizer"`},
		{`{"type": "BertPreTokenizer"}`, `[1]`, "pre_tokenizer is [1]: want an object"},
		{`{"type": "BertPreTokenizer"}`, `null`, "pre_tokenizer.type is null"},
		{`"BPE"`, `"WordPiece"`, `model.type is "WordPiece": only "BPE"`},
		{`"dropout": null`, `"dropout": 0.1`, "model.dropout is 0.1"},
		{`"unk_token": "<unk>"`, `"unk_token": "[UNK]"`, `model.unk_token is "[UNK]": only "<unk>"`},
		{`"continuing_subword_prefix": ""`, `"continuing_subword_prefix": "##"`, `model.continuing_subword_prefix is "##"`},
		{`"end_of_word_suffix": "</w>"`, `"end_of_word_suffix": null`, `model.end_of_word_suffix is null: only "</w>"`},
		{`"fuse_unk": false`, `"fuse_unk": true`, "model.fuse_unk is true"},
		{`"byte_fallback": false`, `"byte_fallback": true`, "model.byte_fallback is true"},
		{`"ignore_merges": false`, `"ignore_merges": true`, "model.ignore_merges is true"},
		{`"ignore_merges": false`, `"something_new": true`, "model.something_new is true: this setting is not supported"},
		{`"version"`, `"something": [1], "version"`, "something is [1]: this setting is not supported"},
		{`"normalized": false`, `"normalized": true`, "added_tokens[0].normalized is true"},
		{`"single_word": false`, `"single_word": true`, "added_tokens[0].single_word is true"},
		{`"content": "<unk>"`, `"content": "<pad>"`, `added_tokens[0] is "<pad>": only <unk>, _start_, _delimiter_ and _classify_ are supported`},
		{`{"id": 0, "content": "<unk>", "single_word": false, "lstrip": false, "rstrip": false, "normalized": false, "special": true}`, "", "added_tokens lacks <unk>"},
		{`{"id": 0,`, `{"id": 3,`, `added_tokens[0]: token "<unk>" has id 3 here and 0 in the vocabulary`},
		{`{"id": 0,`, `{"id": "0",`, "added_tokens[0] is"},
		{`{"id": 0,`, `{`, "want an object with an integer id"},
	} {
		t.Run(c.is, func(t *testing.T) {
			dir := folder(t, map[string]string{"tokenizer.json": their(t, c.was, c.is)})
			_, err := Load(dir)
			require.ErrorContains(t, err, filepath.Join(dir, "tokenizer.json")+": ")
			require.ErrorContains(t, err, c.want)
			require.NotContains(t, err.Error(), "\n")
		})
	}
}

func TestTokenizerJSONErrors(t *testing.T) {
	for _, c := range []struct{ name, was, is, want string }{
		{"no JSON", theirs[:1], "x", "offset 1: invalid character 'x'"},
		{"cut off", `"merges"`, "", "offset "},
		{"list", theirs[:1], "[1] {", "offset 5: "},
		{"id twice", `"o": 2`, `"o": 1`, `model.vocab: offset END: id 1 is given to both "l" and "o"`},
		{"token twice", `"o": 2`, `"l": 2`, `model.vocab: offset END: token "l" stands twice`},
		{"gap", `"low</w>": 5`, `"low</w>": 6`, "no token has id 5"},
		{"no id", `"o": 2`, `"o": null`, `token "o" wants an integer id, got null`},
		{"no vocabulary", `"vocab"`, `"notes": "", "notes2"`, "this setting is not supported"},
		{"no merges", `["l o", "lo w</w>"]`, "null", "model.merges is null: want a list"},
		{"one part", `"l o"`, `"lo"`, `model.merges[0] is "lo": want two pieces`},
		{"three parts", `"l o"`, `["l", "o", "w"]`, `model.merges[0] is ["l", "o", "w"]: want two pieces`},
		{"no part", `"lo w</w>"`, `7`, `model.merges[1] is 7: want two pieces`},
		{"empty part", `"lo w</w>"`, `["", "x"]`, `model.merges[1] is ["", "x"]: want two pieces`},
		{"part missing", `"l o"`, `"l x"`, `model.merges[0]: part "x" is not in the vocabulary`},
		{"result missing", `"l o"`, `"o l"`, `model.merges[0]: result "ol"`},
		{"merge twice", `"lo w</w>"`, `"l o"`, `model.merges[1]: "l" and "o" were already merged at rank 1`},
	} {
		t.Run(c.name, func(t *testing.T) {
			text := their(t, c.was, c.is)
			_, err := Load(folder(t, map[string]string{"tokenizer.json": text}))
			require.ErrorContains(t, err, "tokenizer.json: ")
			end := strconv.Itoa(strings.Index(text, c.is) + len(c.is))
			require.ErrorContains(t, err, strings.Replace(c.want, "END", end, 1))
		})
	}
}

// TestContradiction: files of one folder must hold one vocabulary.
func TestContradiction(t *testing.T) {
	whole := their(t, "", "")
	const vocab, merges = `{"<unk>":0,"l":1,"o":2,"w</w>":3,"lo":4,"low</w>":5}`, "#version: 0.2\nl o\nlo w</w>\n"
	for _, c := range []struct{ name, vocab, merges, want string }{
		{"equal", vocab, merges, ""},
		{"other id", strings.Replace(strings.Replace(vocab, `"l":1`, `"l":2`, 1), `"o":2`, `"o":1`, 1), merges, `id 1 is "o" in one and "l" in the other`},
		{"more tokens", strings.TrimSuffix(vocab, "}") + `,"x":6}`, merges, `id 6 is "x" in one and "" in the other`},
		{"fewer merges", vocab, "#version: 0.2\nl o\n", "one has 1 merges, the other 2"},
		{"other order", vocab, "#version: 0.2\nlo w</w>\nl o\n", `merge 1 is "lo w</w>" in one and "l o" in the other`},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := folder(t, map[string]string{"tokenizer.json": whole, "vocab.json": c.vocab, "merges.txt": c.merges})
			_, err := Load(dir)
			if c.want == "" {
				require.NoError(t, err)
				return
			}
			require.ErrorContains(t, err, "vocab.json and tokenizer.json in "+dir+" contradict each other (remove the outdated one): "+c.want)
		})
	}
}

// TestAddedBehindTheVocabulary is how Hugging Face saves a tokenizer that was given more tokens:
// vocab.json does not know of them.
func TestAddedBehindTheVocabulary(t *testing.T) {
	added := their(t, `"special": true}`, `"special": true},
		{"id": 6, "content": "_start_", "special": true}, {"id": 7, "content": "_delimiter_"}, {"id": 8, "content": "_classify_"}`)
	tok, err := Load(folder(t, map[string]string{
		"tokenizer.json": added,
		"vocab.json":     `{"<unk>":0,"l":1,"o":2,"w</w>":3,"lo":4,"low</w>":5}`, "merges.txt": "l o\nlo w</w>\n",
	}))
	require.NoError(t, err)
	require.Equal(t, 9, tok.Size())
	same, err := tok.AddSpecials()
	require.NoError(t, err)
	require.Same(t, tok, same)
}

// TestFilesOfAModel: what Files gives, Load reads, from all of them and from each kind alone.
func TestFilesOfAModel(t *testing.T) {
	special, err := small(t).AddSpecials()
	require.NoError(t, err)
	for _, tok := range []*Tokenizer{small(t), special, special.WithPipeline(Original)} {
		files, err := tok.Files()
		require.NoError(t, err)
		require.Len(t, files, 4)
		for _, without := range [][]string{nil, {"tokenizer.json"}, {"vocab.json", "merges.txt"}} {
			some := map[string]string{}
			for name, data := range files {
				some[name] = string(data)
			}
			for _, name := range without {
				delete(some, name)
			}
			again, err := Load(folder(t, some))
			require.NoError(t, err)
			require.Equal(t, tok.tokens, again.tokens)
			require.Equal(t, tok.merges, again.merges)
			require.Equal(t, tok.Pipeline(), again.Pipeline())
		}
	}
}

// TestRenderedTokenizerJSON compares what is written, member by member, with their form.
func TestRenderedTokenizerJSON(t *testing.T) {
	tok, err := Load(folder(t, map[string]string{"tokenizer.json": their(t, "", "")}))
	require.NoError(t, err)
	data, err := tok.tokenizerJSON()
	require.NoError(t, err)
	require.JSONEq(t, their(t, `"continuing_subword_prefix": ""`, `"continuing_subword_prefix": null`), string(data))

	special, err := tok.AddSpecials()
	require.NoError(t, err)
	data, err = special.tokenizerJSON()
	require.NoError(t, err)
	var file struct {
		AddedTokens []struct {
			ID      int
			Content string
		} `json:"added_tokens"`
	}
	require.NoError(t, json.Unmarshal(data, &file))
	require.Len(t, file.AddedTokens, 4)
	for i, want := range []string{Unknown, Start, Delimiter, Classify} {
		require.Equal(t, want, file.AddedTokens[i].Content)
	}
	require.Equal(t, 8, file.AddedTokens[3].ID)
}

func TestConfig(t *testing.T) {
	whole := their(t, "", "")
	for _, c := range []struct {
		name, config string
		want         Pipeline
		err          string
	}{
		{"bert", `{"gorgpt_pipeline": "bert"}`, Bert, ""},
		{"original", `{"gorgpt_pipeline": "original"}`, Original, ""},
		{"theirs", `{"tokenizer_class": "OpenAIGPTTokenizer", "unk_token": "<unk>", "model_max_length": 512, "add_prefix_space": true}`, Bert, ""},
		{"unknown token as an object", `{"unk_token": {"__type": "AddedToken", "content": "<unk>"}}`, Bert, ""},
		{"transformers 5", `{"tokenizer_class": "TokenizersBackend", "backend": "tokenizers", "unk_token": "<unk>"}`, Bert, ""},
		{"unknown token null", `{"unk_token": null, "tokenizer_class": null}`, Bert, ""},
		{"empty", `{}`, Bert, ""},
		{"no such pipeline", `{"gorgpt_pipeline": "spacy"}`, 0, `gorgpt_pipeline: unknown tokenizer pipeline "spacy": want bert or original`},
		{"pipeline is no text", `{"gorgpt_pipeline": 1}`, 0, "cannot unmarshal number"},
		{"other class", `{"tokenizer_class": "GPT2Tokenizer"}`, 0, `tokenizer_class is "GPT2Tokenizer": only OpenAIGPTTokenizer or`},
		{"other unknown token", `{"unk_token": "[UNK]"}`, 0, `unk_token is "[UNK]": only "<unk>" is supported`},
		{"unknown token is a number", `{"unk_token": 3}`, 0, `unk_token is 3: only "<unk>"`},
		{"no JSON", `{"a" 1}`, 0, "offset 6: invalid character '1'"},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := folder(t, map[string]string{"tokenizer.json": whole, "tokenizer_config.json": c.config})
			tok, err := Load(dir)
			if c.err != "" {
				require.ErrorContains(t, err, filepath.Join(dir, "tokenizer_config.json")+": ")
				require.ErrorContains(t, err, c.err)
				return
			}
			require.NoError(t, err)
			require.Equal(t, c.want, tok.Pipeline())
		})
	}
}

// TestConfigTells: the folder of a model of the original pipeline says what others must know.
func TestConfigTells(t *testing.T) {
	read := func(tok *Tokenizer) (c map[string]any) {
		data, err := tok.configJSON(0)
		require.NoError(t, err)
		require.NoError(t, json.Unmarshal(data, &c))
		return c
	}
	require.Equal(t, map[string]any{
		"tokenizer_class": "OpenAIGPTTokenizer", "unk_token": Unknown, "clean_up_tokenization_spaces": false, "gorgpt_pipeline": "bert",
	}, read(small(t)))
	require.Contains(t, read(small(t).WithPipeline(Original))["gorgpt_note"], "other ids than it was trained on")
}

// TestGenuineTokenizerJSON takes the 2018 vocabulary through tokenizer.json.
func TestGenuineTokenizerJSON(t *testing.T) {
	tok, err := Load(goldenDir(t))
	require.NoError(t, err)
	data, err := tok.tokenizerJSON()
	require.NoError(t, err)
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "tokenizer.json"), data, 0o600))
	again, err := Load(dir)
	require.NoError(t, err)
	require.Equal(t, tok.tokens, again.tokens)
	require.Equal(t, tok.merges, again.merges)
}

func FuzzTokenizerJSON(f *testing.F) {
	f.Add([]byte(their(f, "", "")))
	f.Add([]byte(their(f, `["l o", "lo w</w>"]`, `[["l", "o"], ["lo", "w</w>"]]`)))
	f.Add([]byte(their(f, `"low</w>": 5`, `"low</w>": 2147483647`)))
	f.Add([]byte(their(f, `"special": true}`, `"special": true}, {"id": 6, "content": "_start_"}`)))
	f.Add([]byte(`{"model": {"vocab": [[[[[[`))
	f.Fuzz(func(t *testing.T, data []byte) {
		tok, err := parseTokenizerJSON(data)
		if err != nil {
			return
		}
		rendered, err := tok.tokenizerJSON()
		require.NoError(t, err)
		again, err := parseTokenizerJSON(rendered)
		require.NoError(t, err)
		require.Equal(t, tok.tokens, again.tokens)
		require.Equal(t, tok.merges, again.merges)
	})
}

func FuzzConfig(f *testing.F) {
	f.Add([]byte(`{"gorgpt_pipeline": "original", "unk_token": {"content": "<unk>"}}`))
	f.Add([]byte(`{"unk_token": [`))
	f.Fuzz(func(t *testing.T, data []byte) {
		p, err := parseConfig(data)
		require.True(t, err != nil || p == Bert || p == Original)
	})
}
