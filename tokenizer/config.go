package tokenizer

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"

	"github.com/pkg/errors"
)

// configFile is Hugging Face's file of tokenizer settings. This package adds the key gorgpt_pipeline,
// which names the pipeline. Without it, as in folders of other programs, the pipeline is [Bert].
const configFile = "tokenizer_config.json"

// specialsFile lists the special tokens for other programs.
const specialsFile = "special_tokens_map.json"

// config is tokenizer_config.json.
type config struct {
	Class    string          `json:"tokenizer_class,omitempty"`
	Unknown  json.RawMessage `json:"unk_token,omitempty"` // a text, or an object with it as content
	CleanUp  bool            `json:"clean_up_tokenization_spaces"`
	Pipeline string          `json:"gorgpt_pipeline,omitempty"`
	Note     string          `json:"gorgpt_note,omitempty"`
	Longest  any             `json:"model_max_length,omitempty"` // not used here
}

// Note is what users of other programs must know about [Tokenizer.Files], or "". It is stored in
// tokenizer_config.json, because JSON has no comments.
func (t *Tokenizer) Note() string {
	if t.pipeline == Bert {
		return ""
	}
	return "the tokenizer's pipeline is " + t.pipeline.String() + ", but other programs that read tokenizer.json, or vocab.json " +
		"and merges.txt, cut text as the pipeline bert does and give this model other ids than it was trained on"
}

// configJSON is the content of tokenizer_config.json, for a model of so many positions; 0: not said.
func (t *Tokenizer) configJSON(positions int) ([]byte, error) {
	c := config{
		Class: "OpenAIGPTTokenizer", Unknown: json.RawMessage(`"` + Unknown + `"`),
		Pipeline: t.pipeline.String(), Note: t.Note(),
	}
	if positions > 0 {
		c.Longest = positions
	}
	data, err := readable(c)
	return data, errors.Wrap(err, configFile)
}

// specialsJSON is the content of special_tokens_map.json.
func (t *Tokenizer) specialsJSON() ([]byte, error) {
	specials := struct {
		Unknown string   `json:"unk_token"`
		More    []string `json:"additional_special_tokens,omitempty"`
	}{Unknown: Unknown}
	for _, token := range []string{Start, Delimiter, Classify} {
		if _, ok := t.ID(token); ok {
			specials.More = append(specials.More, token)
		}
	}
	data, err := readable(specials)
	return data, errors.Wrap(err, specialsFile)
}

// readable is JSON in which <unk> stands as it is.
func readable(v any) ([]byte, error) {
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	err := enc.Encode(v)
	return out.Bytes(), err
}

// parseConfig reads a tokenizer_config.json and returns the pipeline. Keys that do not affect ids are
// ignored.
func parseConfig(data []byte) (Pipeline, error) {
	if err := validJSON(data); err != nil {
		return 0, err
	}
	c := config{Pipeline: Bert.String()}
	if err := json.Unmarshal(data, &c); err != nil {
		return 0, err
	}
	classes := []string{"", "OpenAIGPTTokenizer", "OpenAIGPTTokenizerFast", "PreTrainedTokenizerFast", "TokenizersBackend"}
	if !slices.Contains(classes, c.Class) {
		return 0, errors.Errorf("tokenizer_class is %q: only %s is supported", c.Class, strings.Join(classes[1:], " or "))
	}
	var token struct{ Content string }
	if err := json.Unmarshal(c.Unknown, &token.Content); err != nil {
		_ = json.Unmarshal(c.Unknown, &token) // if it is not an object, the content is empty
	}
	if len(c.Unknown) > 0 && string(c.Unknown) != "null" && token.Content != Unknown {
		return 0, errors.Errorf("unk_token is %s: only %q is supported", excerpt(c.Unknown), Unknown)
	}
	p, err := ParsePipeline(c.Pipeline)
	return p, errors.WithMessage(err, "gorgpt_pipeline")
}
