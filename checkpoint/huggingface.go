package checkpoint

import (
	"fmt"
	"math"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/pkg/errors"

	"gorgpt/checkpoint/safetensors"
	"gorgpt/gpt1"
	"gorgpt/graph"
)

// Names of Hugging Face's beyond those of a plain decoder.
const (
	// basePrefix begins the names of the decoder in models that have more than it.
	basePrefix = "transformer."

	// outputName is the output matrix. It is the token embedding; files that do not know
	// of ties have it twice.
	outputName = "lm_head.weight"

	// choicePrefix begins the names of OpenAIGPTDoubleHeadsModel's head for multiple
	// choice, whose weight is [out in]: the transpose of ours, with one output the same
	// values.
	choicePrefix = "multiple_choice_head.summary."

	// headPrefix begins the names of a task head's parameters here.
	headPrefix = "head."
)

// mask matches the constant causal masks [1 1 T T] that older files keep.
var mask = regexp.MustCompile(`^h\.\d+\.attn\.(bias|masked_bias)$`)

// openHuggingFace opens config.json and model.safetensors.
func openHuggingFace(dir string) (*source, error) {
	c, err := readConfig(dir)
	if err != nil {
		return nil, err
	}
	f, err := safetensors.Open(filepath.Join(dir, WeightsFile))
	if err != nil {
		return nil, err
	}
	s := &source{where: filepath.Join(dir, WeightsFile), implied: ConfigFile, config: c, close: f.Close}
	for _, from := range f.Names() {
		s.add(f, from)
	}
	return s, nil
}

// readConfig reads config.json.
func readConfig(dir string) (gpt1.Config, error) {
	data, err := readText(filepath.Join(dir, ConfigFile))
	if err != nil {
		return gpt1.Config{}, errors.Wrap(err, "reading the model's shape")
	}
	c, err := gpt1.ParseConfig(data)
	return c, errors.Wrap(err, dir)
}

// add enters one tensor of the file, unless it is a mask.
func (s *source) add(f *safetensors.File, from string) {
	info, _ := f.Info(from)
	name := strings.TrimPrefix(from, basePrefix)
	if mask.MatchString(name) {
		return
	}
	t := tensor{name: name, from: from, shape: info.Shape, read: func(dst []float32) error { return f.Float32(from, dst) }, file: in(s.where)}
	if !slices.Contains([]safetensors.DType{safetensors.F32, safetensors.F16, safetensors.BF16}, info.DType) {
		t.bad = fmt.Sprintf("has dtype %s, want F32, F16 or BF16", info.DType)
	}
	if part, isChoice := strings.CutPrefix(from, choicePrefix); isChoice {
		t.name = headPrefix + part
		if len(t.shape) == 2 && t.shape[0] == 1 {
			t.shape = []int{t.shape[1], 1}
		}
	}
	if from == outputName && t.bad == "" && slices.Equal(t.shape, s.config.Params()[0].Shape) {
		s.check = func(m *gpt1.Model) error { return checkTie(m, f, from) }
		return
	}
	if strings.HasPrefix(t.name, headPrefix) {
		s.head = append(s.head, graph.Param{Name: t.name, Shape: t.shape})
	}
	s.tensors = append(s.tensors, t)
}

// checkTie makes sure that an output matrix is the token embedding.
func checkTie(m *gpt1.Model, f *safetensors.File, name string) error {
	tokens := m.Store.Param("tokens_embed.weight").Value
	output := make([]float32, len(tokens))
	if err := f.Float32(name, output); err != nil {
		return err
	}
	same := func(a, b float32) bool { return math.Float32bits(a) == math.Float32bits(b) }
	if !slices.EqualFunc(output, tokens, same) {
		return errors.Errorf("%s differs from tokens_embed.weight: in GPT-1 they are one matrix", name)
	}
	return nil
}
