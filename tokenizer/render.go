package tokenizer

import (
	"bytes"
	"encoding/json"
	"fmt"

	"github.com/pkg/errors"
)

// VocabJSON is the content of vocab.json in the form Hugging Face writes: one object from
// token to id, ordered by id.
func (t *Tokenizer) VocabJSON() ([]byte, error) {
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false) // keeps </w> readable
	out.WriteByte('{')
	for id, token := range t.tokens {
		if id > 0 {
			out.WriteByte(',')
		}
		if err := enc.Encode(token); err != nil {
			return nil, errors.Wrapf(err, "writing token %d to the vocabulary", id)
		}
		out.Truncate(out.Len() - 1) // the encoder ends each value with a line feed
		fmt.Fprintf(&out, ":%d", id)
	}
	out.WriteByte('}')
	return out.Bytes(), nil
}

// MergesTXT is the content of merges.txt: a version line, then one merge per line by rank.
func (t *Tokenizer) MergesTXT() []byte {
	var out bytes.Buffer
	out.WriteString(mergesHeader + ": 0.2\n")
	for _, m := range t.merges {
		fmt.Fprintf(&out, "%s %s\n", m.Left, m.Right)
	}
	return out.Bytes()
}

// tokenizerFile is tokenizer.json, in the order in which Hugging Face writes it. Null values are nil
// pointers.
type tokenizerFile struct {
	Version       string       `json:"version"`
	Truncation    *struct{}    `json:"truncation"`
	Padding       *struct{}    `json:"padding"`
	AddedTokens   []addedToken `json:"added_tokens"`
	Normalizer    normalizer   `json:"normalizer"`
	PreTokenizer  typed        `json:"pre_tokenizer"`
	PostProcessor *struct{}    `json:"post_processor"`
	Decoder       decoder      `json:"decoder"`
	Model         model        `json:"model"`
}

// The parts of tokenizerFile.
type (
	typed struct {
		Type string `json:"type"`
	}
	addedToken struct {
		ID         int32  `json:"id"`
		Content    string `json:"content"`
		SingleWord bool   `json:"single_word"`
		LStrip     bool   `json:"lstrip"`
		RStrip     bool   `json:"rstrip"`
		Normalized bool   `json:"normalized"`
		Special    bool   `json:"special"`
	}
	normalizer struct {
		typed
		CleanText          bool  `json:"clean_text"`
		HandleChineseChars bool  `json:"handle_chinese_chars"`
		StripAccents       *bool `json:"strip_accents"`
		Lowercase          bool  `json:"lowercase"`
	}
	decoder struct {
		typed
		Suffix string `json:"suffix"`
	}
	model struct {
		typed
		Dropout      *float64        `json:"dropout"`
		UnkToken     string          `json:"unk_token"`
		Prefix       *string         `json:"continuing_subword_prefix"`
		Suffix       string          `json:"end_of_word_suffix"`
		FuseUnk      bool            `json:"fuse_unk"`
		ByteFallback bool            `json:"byte_fallback"`
		IgnoreMerges bool            `json:"ignore_merges"`
		Vocab        json.RawMessage `json:"vocab"`
		Merges       []string        `json:"merges"`
	}
)

// tokenizerJSON is the content of tokenizer.json for Hugging Face's tokenizers, which give the
// ids of the pipeline [Bert] then, whatever that of t is. There, unlike here, the tokens that
// fine-tuning adds can be named in a text.
func (t *Tokenizer) tokenizerJSON() ([]byte, error) {
	vocab, err := t.VocabJSON()
	if err != nil {
		return nil, err
	}
	file := tokenizerFile{
		Version:      "1.0",
		Normalizer:   normalizer{typed: typed{"BertNormalizer"}, CleanText: true, HandleChineseChars: true, Lowercase: true},
		PreTokenizer: typed{"BertPreTokenizer"},
		Decoder:      decoder{typed{"BPEDecoder"}, endOfWord},
		Model:        model{typed: typed{"BPE"}, UnkToken: Unknown, Suffix: endOfWord, Vocab: vocab, Merges: make([]string, len(t.merges))},
	}
	for _, token := range []string{Unknown, Start, Delimiter, Classify} {
		if id, ok := t.ID(token); ok {
			file.AddedTokens = append(file.AddedTokens, addedToken{ID: id, Content: token, Special: true})
		}
	}
	for rank, m := range t.merges {
		file.Model.Merges[rank] = m.Left + " " + m.Right
	}
	data, err := readable(file)
	return data, errors.Wrap(err, jsonFile)
}

// Files returns the files of the tokenizer in a model folder, by name. [Load] and Hugging Face's tools
// read them.
func (t *Tokenizer) Files() (map[string][]byte, error) { return t.files(0) }

// FilesFor is Files with what only other programs read: the special tokens, and the number of positions of
// the model as the maximum length of a text.
func (t *Tokenizer) FilesFor(positions int) (map[string][]byte, error) {
	files, err := t.files(positions)
	if err != nil {
		return nil, err
	}
	files[specialsFile], err = t.specialsJSON()
	return files, err
}

func (t *Tokenizer) files(positions int) (map[string][]byte, error) {
	vocab, err := t.VocabJSON()
	if err != nil {
		return nil, err
	}
	whole, err := t.tokenizerJSON()
	if err != nil {
		return nil, err
	}
	config, err := t.configJSON(positions)
	if err != nil {
		return nil, err
	}
	return map[string][]byte{
		pairsOfFiles[0].vocab: vocab, pairsOfFiles[0].merges: t.MergesTXT(), jsonFile: whole, configFile: config,
	}, nil
}
