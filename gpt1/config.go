package gpt1

import (
	"bytes"
	"cmp"
	"encoding/json"
	"sort"
	"strings"

	"github.com/pkg/errors"

	"gorgpt/graph"
	"gorgpt/internal/kernels"
)

// Config is the shape of a model, with the JSON keys of Hugging Face's
// openai-gpt config.json. If NUnits is set, the model is the one-layer LSTM that the
// paper compares with the Transformer (section 5), and NHead does not apply.
// A Config is safe for concurrent use as long as nothing changes it.
type Config struct {
	NLayer       int     `json:"n_layer"`
	NHead        int     `json:"n_head"`
	NEmbd        int     `json:"n_embd"` // C
	NCtx         int     `json:"n_ctx"`  // T
	VocabSize    int     `json:"vocab_size"`
	EmbdPDrop    float32 `json:"embd_pdrop"`
	AttnPDrop    float32 `json:"attn_pdrop"`
	ResidPDrop   float32 `json:"resid_pdrop"`
	LayerNormEps float32 `json:"layer_norm_epsilon"`
	InitRange    float32 `json:"initializer_range"`
	Mimetic      bool    `json:"gorgpt_mimetic_init,omitempty"` // see Init
	NUnits       int     `json:"n_units,omitempty"`             // U of the LSTM; 0: this is a Transformer
}

// presets are the named models.
var presets = map[string]Config{
	"gpt1": {NLayer: 12, NHead: 12, NEmbd: 768, NCtx: 512, VocabSize: 40478},
	"mini": {NLayer: 6, NHead: 5, NEmbd: 320, NCtx: 256, VocabSize: 8192},
	// GPT-1: at this width a deviation of 0.02 keeps attention flat for many steps. A run of
	// minutes is then too short to learn to attend to the previous token and copy it.
	"tiny": {NLayer: 4, NHead: 4, NEmbd: 128, NCtx: 128, VocabSize: 4096, InitRange: 0.04, Mimetic: true},
}

// Preset returns the configuration of that name, with the paper's dropout of 0.1 and,
// unless it has its own, initial deviation of 0.02.
func Preset(name string) (Config, error) {
	c, found := presets[name]
	if !found {
		return Config{}, errors.Errorf("unknown preset %q: must be one of %s", name, strings.Join(PresetNames(), ", "))
	}
	c.EmbdPDrop, c.AttnPDrop, c.ResidPDrop = 0.1, 0.1, 0.1
	c.LayerNormEps = 1e-5
	if c.InitRange == 0 {
		c.InitRange = 0.02
	}
	return c, nil
}

// units is NUnits of each preset's LSTM: the paper's 2048 for gpt1. The smaller ones have
// about as many parameters as their Transformer.
var units = map[string]int{"gpt1": 2048, "mini": 1152, "tiny": 384}

// LSTMPreset is Preset with an LSTM in place of the Transformer, of the same width,
// context and vocabulary.
func LSTMPreset(name string) (Config, error) {
	c, err := Preset(name)
	c.NLayer, c.NHead, c.NUnits, c.Mimetic = 1, 1, units[name], false
	return c, err
}

// IsLSTM reports whether the model has an LSTM in place of the Transformer.
func (c Config) IsLSTM() bool { return c.NUnits > 0 }

// PresetNames lists the presets in alphabetical order.
func PresetNames() []string {
	names := make([]string, 0, len(presets))
	for n := range presets {
		names = append(names, n)
	}
	sort.Strings(names)
	return names
}

// maxSize bounds every size, so that no product of two overflows. It is far
// beyond what fits in memory.
const maxSize = 1 << 24

// Validate returns an error that names the first invalid field, or nil.
func (c Config) Validate() error {
	sizes := []struct {
		name string
		v    int
	}{{"n_layer", c.NLayer}, {"n_head", c.NHead}, {"n_embd", c.NEmbd}, {"n_ctx", c.NCtx}, {"vocab_size", c.VocabSize}}
	for _, s := range sizes {
		if s.v < 1 || s.v > maxSize {
			return errors.Errorf("%s is %d: it must be 1 to %d", s.name, s.v, maxSize)
		}
	}
	if c.NUnits < 0 || c.NUnits > maxSize {
		return errors.Errorf("n_units is %d: it must be 0 (a Transformer) to %d", c.NUnits, maxSize)
	}
	if c.IsLSTM() && c.NLayer != 1 {
		return errors.Errorf("n_layer is %d: an LSTM has one layer", c.NLayer)
	}
	if c.IsLSTM() && c.Mimetic {
		return errors.New("gorgpt_mimetic_init is true: it must be false for an LSTM, which has no attention")
	}
	if c.NEmbd%c.NHead != 0 {
		return errors.Errorf("n_embd %d is not a multiple of n_head %d", c.NEmbd, c.NHead)
	}
	for _, p := range []float32{c.EmbdPDrop, c.AttnPDrop, c.ResidPDrop} {
		if !(p >= 0 && p < 1) {
			return errors.Errorf("a dropout probability is %v: it must be 0 ≤ p < 1", p)
		}
	}
	if !(c.LayerNormEps > 0) {
		return errors.Errorf("layer_norm_epsilon is %v: it must be above 0", c.LayerNormEps)
	}
	return nil
}

// Hugging Face's names of this architecture with its heads.
const (
	LMHeadModel         = "OpenAIGPTLMHeadModel"
	DoubleHeadsModel    = "OpenAIGPTDoubleHeadsModel"
	ClassificationModel = "OpenAIGPTForSequenceClassification"
)

// The values of model_type: Hugging Face's, and our own for the LSTM and for weights in int8.
const (
	transformerType = "openai-gpt"
	lstmType        = "gorgpt-lstm"
	int8Type        = "gorgpt-int8"
)

// huggingFace is config.json as Hugging Face writes it for this architecture.
type huggingFace struct {
	AFN           string   `json:"afn"`
	Architectures []string `json:"architectures,omitempty"`
	Config
	ModelType  string `json:"model_type"`
	NPositions int    `json:"n_positions"`
	DType      string `json:"torch_dtype,omitempty"`

	Quantization *quantization `json:"quantization_config,omitempty"`
}

// Form is what config.json says about a model besides its shape.
// A Form is safe for concurrent use as long as nothing changes it.
type Form struct {
	Architecture string // "": [LMHeadModel]

	// DType is the type of the weights as PyTorch calls it, such as float16 or bfloat16; "": float32.
	// With int8 the matrices are int8, see [IsInt8], and all else is float32.
	DType string

	Labels  []string // names of the outputs of the task head; nil: they have none
	Problem string   // Hugging Face's problem_type of the labels; "": not said
}

// JSON writes the keys of Hugging Face's config.json for a language model in float32.
func (c Config) JSON() ([]byte, error) { return c.JSONAs(Form{}) }

// JSONAs is JSON for another form.
func (c Config) JSONAs(f Form) ([]byte, error) {
	h := huggingFace{
		AFN: "gelu", Architectures: []string{cmp.Or(f.Architecture, LMHeadModel)}, Config: c, ModelType: transformerType, NPositions: c.NCtx,
		DType: cmp.Or(f.DType, string(graph.Float32)),
	}
	if h.DType == string(graph.Int8) {
		h.Architectures, h.ModelType, h.DType, h.Quantization = nil, int8Type, string(graph.Float32), &quantization{int8Type, kernels.Group}
	}
	if c.IsLSTM() {
		h.Architectures, h.ModelType = nil, lstmType
	}
	labelled := struct { // what is written but not read
		huggingFace
		Labels  map[int]string `json:"id2label,omitempty"`
		Numbers map[string]int `json:"label2id,omitempty"`
		Problem string         `json:"problem_type,omitempty"`
	}{h, map[int]string{}, map[string]int{}, f.Problem}
	for i, l := range f.Labels {
		labelled.Labels[i], labelled.Numbers[l] = l, i
	}
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false) // keeps labels readable
	enc.SetIndent("", "  ")
	err := enc.Encode(labelled)
	return out.Bytes(), errors.Wrap(err, "config.json")
}

// ParseConfig reads a config.json. Keys that do not concern the shape are
// ignored; a value that this model cannot honour is an error.
func ParseConfig(data []byte) (Config, error) {
	h := huggingFace{AFN: "gelu", Config: Config{EmbdPDrop: 0.1, AttnPDrop: 0.1, ResidPDrop: 0.1, LayerNormEps: 1e-5, InitRange: 0.02}}
	if err := json.Unmarshal(data, &h); err != nil {
		return Config{}, errors.Wrap(err, "config.json")
	}
	if h.NCtx == 0 {
		h.NCtx = h.NPositions
	}
	switch {
	case h.ModelType != "" && h.ModelType != transformerType && h.ModelType != lstmType && h.ModelType != int8Type:
		return Config{}, errors.Errorf("config.json: model_type is %q, not %s or %s", h.ModelType, transformerType, lstmType)
	case h.IsLSTM() != (h.ModelType == lstmType):
		return Config{}, errors.Errorf("config.json: n_units is %d but model_type is %q: only %s has units", h.NUnits, h.ModelType, lstmType)
	case h.AFN != "gelu":
		return Config{}, errors.Errorf("config.json: afn is %q, not gelu", h.AFN)
	case h.NPositions != 0 && h.NPositions != h.NCtx:
		return Config{}, errors.Errorf("config.json: n_positions %d and n_ctx %d differ", h.NPositions, h.NCtx)
	}
	return h.Config, errors.Wrap(h.Validate(), "config.json")
}
