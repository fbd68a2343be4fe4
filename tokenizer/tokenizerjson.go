package tokenizer

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/pkg/errors"
)

// setting is one member of an object in tokenizer.json, with the values for which Hugging Face's
// tokenizers give the same ids as this package. No values: it is read elsewhere or does not affect ids. A
// missing member counts as null.
type setting struct {
	key    string
	values []string
}

var (
	fileSettings = []setting{
		{"version", []string{`"1.0"`}},
		{"truncation", nil}, // maximum length and padding, which are not the tokenizer's task here
		{"padding", nil},
		{"added_tokens", nil},
		{"normalizer", nil},
		{"pre_tokenizer", nil},
		{"post_processor", []string{"null"}},
		{"decoder", nil},
		{"model", nil},
	}
	normalizerSettings = []setting{
		{"type", []string{`"BertNormalizer"`}},
		{"clean_text", []string{"true"}},
		{"handle_chinese_chars", []string{"true"}},
		{"strip_accents", []string{"null", "true"}}, // null: as lowercase
		{"lowercase", []string{"true"}},
	}
	preTokenizerSettings = []setting{
		{"type", []string{`"BertPreTokenizer"`}},
	}
	modelSettings = []setting{
		{"type", []string{`"BPE"`, "null"}},
		{"dropout", []string{"null", "0", "0.0"}},
		{"unk_token", []string{`"` + Unknown + `"`}},
		{"continuing_subword_prefix", []string{"null", `""`}},
		{"end_of_word_suffix", []string{`"` + endOfWord + `"`}},
		{"fuse_unk", []string{"false", "null"}},
		{"byte_fallback", []string{"false", "null"}},
		{"ignore_merges", []string{"false", "null"}},
		{"vocab", nil},
		{"merges", nil},
	}
	addedTokenSettings = []setting{
		{"id", nil},
		{"content", nil},
		{"single_word", []string{"false", "null"}},
		{"lstrip", []string{"false", "null"}},
		{"rstrip", []string{"false", "null"}},
		{"normalized", []string{"false", "null"}},
		{"special", nil},
	}
)

// members reads the members of an object and compares them with the settings. Other members must be null,
// false or empty.
func members(path string, data json.RawMessage, settings []setting) (map[string]json.RawMessage, error) {
	var all map[string]json.RawMessage
	if err := json.Unmarshal(data, &all); err != nil {
		return nil, errors.Errorf("%s is %s: want an object", path, excerpt(data))
	}
	prefix := strings.TrimPrefix(path+".", "the file.")
	for _, s := range settings {
		value, ok := all[s.key]
		if !ok {
			value = json.RawMessage("null")
		}
		if s.values != nil && !slices.Contains(s.values, string(value)) {
			return nil, errors.Errorf("%s%s is %s: only %s is supported", prefix, s.key, excerpt(value), strings.Join(s.values, " or "))
		}
	}
	for key, value := range all {
		known := slices.ContainsFunc(settings, func(s setting) bool { return s.key == key })
		if !known && !slices.Contains([]string{"null", "false", `""`}, string(value)) {
			return nil, errors.Errorf("%s%s is %s: this setting is not supported", prefix, key, excerpt(value))
		}
	}
	return all, nil
}

// excerpt is the beginning of a value for an error.
func excerpt(value json.RawMessage) string {
	const most = 60
	if len(value) == 0 {
		return "missing"
	}
	if len(value) > most {
		return strings.ToValidUTF8(string(value[:most]), "") + "…"
	}
	return string(value)
}

// parseTokenizerJSON reads a tokenizer.json as Hugging Face writes it for GPT-1. Settings with which its
// tokenizers give different ids from this package are errors.
func parseTokenizerJSON(data []byte) (*Tokenizer, error) {
	if err := validJSON(data); err != nil {
		return nil, err
	}
	file, err := members("the file", data, fileSettings)
	if err != nil {
		return nil, err
	}
	if _, err := members("normalizer", file["normalizer"], normalizerSettings); err != nil {
		return nil, err
	}
	if _, err := members("pre_tokenizer", file["pre_tokenizer"], preTokenizerSettings); err != nil {
		return nil, err
	}
	model, err := members("model", file["model"], modelSettings)
	if err != nil {
		return nil, err
	}
	v := newVocabReader(model["vocab"], bytes.Index(data, model["vocab"]))
	if err := v.read(); err != nil {
		return nil, errors.WithMessage(err, "model.vocab")
	}
	if err := addTokens(v, file["added_tokens"]); err != nil {
		return nil, err
	}
	tokens, err := v.ordered()
	if err != nil {
		return nil, errors.WithMessage(err, "model.vocab and added_tokens")
	}
	merges, err := parseMergeList(model["merges"])
	if err != nil {
		return nil, err
	}
	t, err := build(tokens, merges, func(rank int) string { return fmt.Sprintf("model.merges[%d]", rank) })
	if err != nil {
		return nil, err
	}
	return t, errors.WithMessage(t.checkMerges(), "model.merges")
}

// validJSON returns an error with the offset of invalid JSON.
func validJSON(data []byte) error {
	var any json.RawMessage
	err := json.Unmarshal(data, &any)
	var syntax *json.SyntaxError
	if errors.As(err, &syntax) {
		return errors.Errorf("offset %d: %v", syntax.Offset, err)
	}
	return err
}

// addTokens adds the added tokens, which texts can contain literally. [Unknown] must be one of them. Only
// the tokens of fine-tuning may be others.
func addTokens(v *vocabReader, data json.RawMessage) error {
	var all []json.RawMessage
	if err := json.Unmarshal(data, &all); err != nil && len(data) > 0 {
		return errors.Errorf("added_tokens is %s: want a list", excerpt(data))
	}
	hasUnknown := false
	for i, raw := range all {
		path := fmt.Sprintf("added_tokens[%d]", i)
		if _, err := members(path, raw, addedTokenSettings); err != nil {
			return err
		}
		var token struct {
			ID      *int32
			Content string
		}
		if err := json.Unmarshal(raw, &token); err != nil || token.ID == nil {
			return errors.Errorf("%s is %s: want an object with an integer id and a content", path, excerpt(raw))
		}
		if !slices.Contains([]string{Unknown, Start, Delimiter, Classify}, token.Content) {
			return errors.Errorf("%s is %q: only %s, %s, %s and %s are supported", path, token.Content, Unknown, Start, Delimiter, Classify)
		}
		hasUnknown = hasUnknown || token.Content == Unknown
		if err := v.addAgain(token.Content, *token.ID); err != nil {
			return errors.WithMessage(err, path)
		}
	}
	if !hasUnknown {
		return errors.Errorf("added_tokens lacks %s, which must be an added token so that texts may contain it", Unknown)
	}
	return nil
}

// parseMergeList reads merges, each as "a b" or as ["a", "b"].
func parseMergeList(data json.RawMessage) ([]Merge, error) {
	var all []mergeParts
	if err := json.Unmarshal(data, &all); err != nil || all == nil {
		return nil, errors.Errorf("model.merges is %s: want a list", excerpt(data))
	}
	merges := make([]Merge, len(all))
	for i, m := range all {
		if m.Left == "" || m.Right == "" {
			return nil, errors.Errorf(`model.merges[%d] is %s: want two pieces, as "a b" or ["a", "b"]`, i, m.text)
		}
		merges[i] = m.Merge
	}
	return merges, nil
}

// mergeParts is an element of a list of merges. If it is not two parts, they are empty, and text begins as
// it does.
type mergeParts struct {
	Merge
	text string
}

// UnmarshalJSON never fails.
func (m *mergeParts) UnmarshalJSON(data []byte) error {
	var parts []string
	c := cursor{data}
	if both, isText := c.text(); isText {
		parts = strings.Split(both, " ")
	} else if json.Unmarshal(data, &parts) != nil {
		parts = nil
	}
	if len(parts) == 2 && parts[0] != "" && parts[1] != "" {
		m.Left, m.Right = parts[0], parts[1]
	} else {
		m.text = excerpt(data)
	}
	return nil
}
