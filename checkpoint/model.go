package checkpoint

import (
	"io"
	"path/filepath"

	"github.com/pkg/errors"

	"gorgpt/checkpoint/safetensors"
	"gorgpt/gpt1"
	"gorgpt/graph"
	"gorgpt/internal/atomicfile"
)

// The files of a model folder.
const (
	ConfigFile  = "config.json"
	WeightsFile = "model.safetensors"
)

// Form says how a model is written. The zero Form is that of run folders: float32, and a task head
// under this program's names.
// A Form is safe for concurrent use as long as nothing changes it.
type Form struct {
	// DType is the type of the values: safetensors.F32, the default, F16 or BF16. With I8, those of
	// the matrices are int8 and all others F32; the model must have been read so, see [ReadFolderAs].
	// With other types it must be in float32.
	DType safetensors.DType

	// DoubleHeads uses the names of Hugging Face's OpenAIGPTDoubleHeadsModel for the head for
	// multiple choice and for the decoder.
	DoubleHeads bool

	// Task is the content of task.json, for [WriteFolder]; nil: none.
	Task []byte
}

// WriteModel writes config.json and model.safetensors into the folder dir.
func WriteModel(dir string, m *gpt1.Model) error { return WriteModelAs(dir, m, Form{}) }

// WriteModelAs is WriteModel in another form. If the model cannot have this form, nothing is written.
func WriteModelAs(dir string, m *gpt1.Model, f Form) error {
	config, tensors, err := f.files(m)
	if err != nil {
		return err
	}
	if err := atomicfile.WriteFile(filepath.Join(dir, ConfigFile), config); err != nil {
		return err
	}
	return writeTensors(filepath.Join(dir, WeightsFile), tensors)
}

// files are the contents of config.json and model.safetensors.
func (f Form) files(m *gpt1.Model) (config []byte, tensors []safetensors.Tensor, err error) {
	if f.DType == "" {
		f.DType = safetensors.F32
	}
	want := graph.Float32
	if f.DType == safetensors.I8 {
		want = graph.Int8
	}
	if have := m.Store.Dtype(); have != want {
		return nil, nil, errors.Errorf("a model in %s cannot be written as %s: read it in %s", have, f.DType, want)
	}
	if tensors, err = f.tensors(m.Store); err != nil {
		return nil, nil, err
	}
	architecture := gpt1.LMHeadModel
	if f.DoubleHeads {
		architecture = gpt1.DoubleHeadsModel
	}
	config, err = m.JSONAs(architecture, torchTypes[f.DType])
	return config, tensors, err
}

// torchTypes maps types to their names in config.json.
var torchTypes = map[safetensors.DType]string{
	safetensors.F32: "float32", safetensors.F16: "float16", safetensors.BF16: "bfloat16", safetensors.I8: "int8",
}

// tensors lists the parameters of a store under the names of the form.
func (f Form) tensors(s *graph.Store) ([]safetensors.Tensor, error) {
	weight, bias := s.Param(headPrefix+"weight"), s.Param(headPrefix+"bias")
	if f.DoubleHeads && s.Param("positions_embed.weight") == nil {
		return nil, errors.New("the model is an LSTM, but Hugging Face's OpenAIGPTDoubleHeadsModel is a Transformer")
	}
	if f.DoubleHeads && (weight == nil || bias == nil || weight.Shape[1] != 1) {
		return nil, errors.New("the model has no head for multiple choice, with one output: fine-tune it on qa first")
	}
	var tensors []safetensors.Tensor
	for _, p := range s.Params() {
		name, shape := p.Name, p.Shape
		switch {
		case !f.DoubleHeads:
		case p == weight:
			name, shape = choicePrefix+"weight", []int{1, shape[0]}
		case p == bias:
			name = choicePrefix + "bias"
		default:
			name = basePrefix + name
		}
		if c := p.Compact(); c != nil {
			q, scales := c.Int8()
			tensors = append(tensors, safetensors.NewInt8(name, shape, q),
				safetensors.NewFloat32(name+scaleSuffix, []int{shape[0], groups(shape[1])}, scales))
			continue
		}
		dtype := f.DType
		if dtype == safetensors.I8 {
			dtype = safetensors.F32
		}
		t, err := safetensors.NewFloats(dtype, name, shape, p.Value)
		if err != nil {
			return nil, err
		}
		tensors = append(tensors, t)
	}
	return tensors, nil
}

// torchFormat is the metadata that PyTorch's tools require.
var torchFormat = map[string]string{"format": "pt"}

// writeTensors writes a file that PyTorch's tools read.
func writeTensors(path string, tensors []safetensors.Tensor) error {
	return atomicfile.Write(path, func(w io.Writer) error {
		return safetensors.Write(w, tensors, torchFormat)
	})
}
