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
	enc.SetEscapeHTML(false) // </w> stays legible
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

// MergesTXT is the content of merges.txt: a version line, then one merge a line by rank.
func (t *Tokenizer) MergesTXT() []byte {
	var out bytes.Buffer
	out.WriteString(mergesHeader + ": 0.2\n")
	for _, m := range t.merges {
		fmt.Fprintf(&out, "%s %s\n", m.Left, m.Right)
	}
	return out.Bytes()
}

// TokenizerJSON is the content of tokenizer.json for Hugging Face's tokenizers, which give the
// ids of the pipeline [Bert] then, whatever that of t is. There, unlike here, the tokens that
// fine-tuning adds can be named in a text.
func (t *Tokenizer) TokenizerJSON() ([]byte, error) {
	type addedToken struct {
		ID         int32  `json:"id"`
		Content    string `json:"content"`
		SingleWord bool   `json:"single_word"`
		LStrip     bool   `json:"lstrip"`
		RStrip     bool   `json:"rstrip"`
		Normalized bool   `json:"normalized"`
		Special    bool   `json:"special"`
	}
	var added []addedToken
	for _, token := range []string{Unknown, Start, Delimiter, Classify} {
		if id, ok := t.ID(token); ok {
			added = append(added, addedToken{ID: id, Content: token, Special: true})
		}
	}
	vocab, err := t.VocabJSON()
	if err != nil {
		return nil, err
	}
	merges := make([]string, len(t.merges))
	for rank, m := range t.merges {
		merges[rank] = m.Left + " " + m.Right
	}
	type typed struct {
		Type string `json:"type"`
	}
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false) // </w> stays legible
	enc.SetIndent("", "  ")
	err = enc.Encode(struct {
		Version       string       `json:"version"`
		Truncation    *struct{}    `json:"truncation"`
		Padding       *struct{}    `json:"padding"`
		AddedTokens   []addedToken `json:"added_tokens"`
		Normalizer    any          `json:"normalizer"`
		PreTokenizer  any          `json:"pre_tokenizer"`
		PostProcessor *struct{}    `json:"post_processor"`
		Decoder       any          `json:"decoder"`
		Model         any          `json:"model"`
	}{
		Version: "1.0", AddedTokens: added,
		Normalizer: struct {
			typed
			CleanText          bool  `json:"clean_text"`
			HandleChineseChars bool  `json:"handle_chinese_chars"`
			StripAccents       *bool `json:"strip_accents"`
			Lowercase          bool  `json:"lowercase"`
		}{typed{"BertNormalizer"}, true, true, nil, true},
		PreTokenizer: typed{"BertPreTokenizer"},
		Decoder: struct {
			typed
			Suffix string `json:"suffix"`
		}{typed{"BPEDecoder"}, endOfWord},
		Model: struct {
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
		}{typed: typed{"BPE"}, UnkToken: Unknown, Suffix: endOfWord, Vocab: vocab, Merges: merges},
	})
	return out.Bytes(), errors.Wrap(err, jsonFile)
}

// Files are the files of a model's folder that hold the tokenizer, by name: those that [Load]
// reads, and Hugging Face's tools too.
func (t *Tokenizer) Files() (map[string][]byte, error) {
	vocab, err := t.VocabJSON()
	if err != nil {
		return nil, err
	}
	whole, err := t.TokenizerJSON()
	if err != nil {
		return nil, err
	}
	config, err := t.configJSON()
	if err != nil {
		return nil, err
	}
	return map[string][]byte{
		pairsOfFiles[0].vocab: vocab, pairsOfFiles[0].merges: t.MergesTXT(), jsonFile: whole, configFile: config,
	}, nil
}
