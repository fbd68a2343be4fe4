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

	// Architecture is the class of Hugging Face's tools whose names the head and the decoder get:
	// [gpt1.DoubleHeadsModel] for the head for multiple choice, [gpt1.ClassificationModel] for one with
	// classes. "": [gpt1.LMHeadModel], which has no head; that of the model keeps this program's names.
	Architecture string

	// Labels are the names of the outputs of the head, for other programs, and Problem is Hugging Face's
	// problem_type. Here both are in task.json.
	Labels  []string
	Problem string

	// Shard is the maximum size in bytes of a file of weights, for [WriteFolder]. A tensor that is larger
	// has a file of its own. 0: all are in one file.
	Shard int64

	// Files are further files of the folder, for [WriteFolder]; see [FolderFiles]. They replace those of
	// the tokenizer.
	Files map[string][]byte

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
	config, err = m.JSONAs(gpt1.Form{Architecture: f.Architecture, DType: torchTypes[f.DType], Labels: f.Labels, Problem: f.Problem})
	return config, tensors, err
}

// torchTypes maps types to their names in config.json.
var torchTypes = map[safetensors.DType]string{
	safetensors.F32: "float32", safetensors.F16: "float16", safetensors.BF16: "bfloat16", safetensors.I8: "int8",
}

// tensors lists the parameters of a store under the names of the form.
func (f Form) tensors(s *graph.Store) ([]safetensors.Tensor, error) {
	weight, bias := s.Param(headPrefix+"weight"), s.Param(headPrefix+"bias")
	if err := f.fits(s, weight, bias); err != nil {
		return nil, err
	}
	var tensors []safetensors.Tensor
	for _, p := range s.Params() {
		name, shape, value := p.Name, p.Shape, p.Value
		switch {
		case f.Architecture == "" || f.Architecture == gpt1.LMHeadModel:
		case p != weight && p != bias:
			name = basePrefix + name
		case f.Architecture == gpt1.ClassificationModel && p == weight:
			name, shape, value = scoreName, []int{shape[1], shape[0]}, transposed(value, shape[1])
		case f.Architecture == gpt1.ClassificationModel:
			name = scoreBias
		case p == weight:
			name, shape = choicePrefix+"weight", []int{1, shape[0]}
		default:
			name = choicePrefix + "bias"
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
		t, err := safetensors.NewFloats(dtype, name, shape, value)
		if err != nil {
			return nil, err
		}
		tensors = append(tensors, t)
	}
	return tensors, nil
}

// fits returns an error unless the architecture has a place for the head.
func (f Form) fits(s *graph.Store, weight, bias *graph.Param) error {
	choice, classes := f.Architecture == gpt1.DoubleHeadsModel, f.Architecture == gpt1.ClassificationModel
	hasHead := weight != nil && bias != nil
	switch {
	case f.Architecture == "" || f.Architecture == gpt1.LMHeadModel:
		return nil
	case !choice && !classes:
		return errors.Errorf("%q is not an architecture with a known head", f.Architecture)
	case s.Param("positions_embed.weight") == nil:
		return errors.Errorf("the model is an LSTM, but Hugging Face's %s is a Transformer", f.Architecture)
	case choice && (!hasHead || weight.Shape[1] != 1):
		return errors.New("the model has no head for multiple choice, with one output: fine-tune it on qa first")
	case classes && (!hasHead || weight.Shape[1] != bias.Shape[0]):
		return errors.New("the model has no head with classes: fine-tune it on rows with labels first")
	}
	return nil
}

// transposed returns the transpose of a matrix of k columns.
func transposed(values []float32, k int) []float32 {
	rows := len(values) / k
	out := make([]float32, len(values))
	for i, v := range values {
		out[i%k*rows+i/k] = v
	}
	return out
}

// torchFormat is the metadata that PyTorch's tools require.
var torchFormat = map[string]string{"format": "pt"}

// writeTensors writes a file that PyTorch's tools read.
func writeTensors(path string, tensors []safetensors.Tensor) error {
	return atomicfile.Write(path, func(w io.Writer) error {
		return safetensors.Write(w, tensors, torchFormat)
	})
}
