package checkpoint

import (
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"gorgpt/checkpoint/safetensors"
	"gorgpt/gpt1"
	"gorgpt/graph"
	"gorgpt/internal/atomicfile"
)

// writeFolder writes the model in Hugging Face's form, each name changed by rename, with more
// tensors beside.
func writeFolder(t *testing.T, dir string, m *gpt1.Model, dtype safetensors.DType, rename func(string) string, more ...safetensors.Tensor) {
	t.Helper()
	config, err := m.JSON()
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(dir, ConfigFile), config, 0o600))
	for _, p := range m.Store.Params() {
		tensor, err := safetensors.NewFloats(dtype, rename(p.Name), p.Shape, p.Value)
		require.NoError(t, err)
		more = append(more, tensor)
	}
	require.NoError(t, atomicfile.Write(filepath.Join(dir, WeightsFile), func(w io.Writer) error {
		return safetensors.Write(w, more, nil)
	}))
}

func asIs(name string) string     { return name }
func prefixed(name string) string { return "transformer." + name }

// requireSame compares all parameters, bit for bit.
func requireSame(t *testing.T, want, got *gpt1.Model) {
	t.Helper()
	require.Equal(t, want.Config, got.Config)
	require.Len(t, got.Store.Params(), len(want.Store.Params()))
	for _, p := range want.Store.Params() {
		q := got.Store.Param(p.Name)
		require.NotNil(t, q, p.Name)
		require.Equal(t, p.Shape, q.Shape, p.Name)
		require.Equal(t, p.Value, q.Value, p.Name)
	}
}

// TestReadHuggingFace reads the forms in which models of this architecture are to be had.
func TestReadHuggingFace(t *testing.T) {
	m := smallModel(t)
	tokens := m.Store.Param("tokens_embed.weight")
	tied := safetensors.NewFloat32("lm_head.weight", tokens.Shape, tokens.Value)
	maskAt := func(name string) safetensors.Tensor {
		return safetensors.NewFloat32(name, []int{1, 1, 6, 6}, make([]float32, 36))
	}
	for name, c := range map[string]struct {
		rename func(string) string
		more   []safetensors.Tensor
	}{
		"the published names":     {asIs, []safetensors.Tensor{maskAt("h.0.attn.bias"), maskAt("h.1.attn.bias")}},
		"with the prefix":         {prefixed, []safetensors.Tensor{maskAt("transformer.h.0.attn.bias"), maskAt("transformer.h.1.attn.bias")}},
		"no masks":                {prefixed, nil},
		"an integer mask":         {asIs, []safetensors.Tensor{safetensors.NewInt32("h.0.attn.bias", []int{1}, []int32{1})}},
		"position_ids":            {prefixed, []safetensors.Tensor{safetensors.NewInt64("transformer.position_ids", []int{1, 6}, make([]int64, 6))}},
		"position_ids, no prefix": {asIs, []safetensors.Tensor{safetensors.NewInt64("position_ids", []int{6}, make([]int64, 6))}},
		"the output matrix only": {func(s string) string {
			if s == embedding {
				return outputName
			}
			return prefixed(s)
		}, nil},
		"a head for classification": {prefixed, []safetensors.Tensor{safetensors.NewFloat32("score.weight", []int{2, 8}, make([]float32, 16))}},
		"the output matrix again":   {prefixed, []safetensors.Tensor{tied}},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			writeFolder(t, dir, m, safetensors.F32, c.rename, c.more...)
			got, err := ReadModel(dir)
			require.NoError(t, err)
			requireSame(t, m, got)
		})
	}
}

// TestShortTypes writes float16 and bfloat16 and reads them back: what was rounded once stays.
func TestShortTypes(t *testing.T) {
	for _, dtype := range []safetensors.DType{safetensors.F16, safetensors.BF16} {
		m := smallModel(t)
		first, second := t.TempDir(), t.TempDir()
		require.NoError(t, WriteModelAs(first, m, Form{DType: dtype}))
		rounded, err := ReadModel(first)
		require.NoError(t, err)
		for _, p := range m.Store.Params() {
			for i, v := range rounded.Store.Param(p.Name).Value {
				require.InDelta(t, p.Value[i], v, 0x1p-8*0.1, p.Name)
			}
		}
		require.NoError(t, WriteModelAs(second, rounded, Form{DType: dtype}))
		requireEqualFiles(t, first, second)
		config, err := os.ReadFile(filepath.Join(first, ConfigFile))
		require.NoError(t, err)
		require.Contains(t, string(config), `"torch_dtype": "`+torchTypes[dtype]+`"`)
	}
	m := smallModel(t)
	m.Store.Param("h.1.mlp.c_fc.weight").Value[3] = 1e6
	dir := t.TempDir()
	err := WriteModelAs(dir, m, Form{DType: safetensors.F16})
	require.EqualError(t, err, `tensor "h.1.mlp.c_fc.weight": value 1e+06 at 3 is beyond the range of F16`)
	files, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Empty(t, files, "nothing half-written")
}

func requireEqualFiles(t *testing.T, first, second string) {
	t.Helper()
	for _, name := range []string{ConfigFile, WeightsFile} {
		a, err := os.ReadFile(filepath.Join(first, name))
		require.NoError(t, err)
		b, err := os.ReadFile(filepath.Join(second, name))
		require.NoError(t, err)
		require.Equal(t, a, b, name)
	}
}

// TestDoubleHeads writes a model for multiple choice in Hugging Face's form and reads it back.
func TestDoubleHeads(t *testing.T) {
	m := smallModel(t, graph.Param{Name: "head.weight", Shape: []int{8, 1}}, graph.Param{Name: "head.bias", Shape: []int{1}})
	m.Store.Param("head.bias").Value[0] = 0.25
	dir := t.TempDir()
	require.NoError(t, WriteModelAs(dir, m, Form{Architecture: gpt1.DoubleHeadsModel}))
	f, err := safetensors.Open(filepath.Join(dir, WeightsFile))
	require.NoError(t, err)
	require.Equal(t, map[string]string{"format": "pt"}, f.Metadata())
	info, found := f.Info("multiple_choice_head.summary.weight")
	require.True(t, found)
	require.Equal(t, []int{1, 8}, info.Shape, "PyTorch's Linear is [out in]")
	for _, name := range f.Names() {
		require.True(t, strings.HasPrefix(name, "transformer.") || strings.HasPrefix(name, "multiple_choice_head.summary."), name)
	}
	require.NoError(t, f.Close())
	data, err := os.ReadFile(filepath.Join(dir, ConfigFile))
	require.NoError(t, err)
	var config struct{ Architectures []string }
	require.NoError(t, json.Unmarshal(data, &config))
	require.Equal(t, []string{"OpenAIGPTDoubleHeadsModel"}, config.Architectures)

	back, err := ReadModel(dir)
	require.NoError(t, err)
	requireSame(t, m, back)

	three := smallModel(t, graph.Param{Name: "head.weight", Shape: []int{8, 3}}, graph.Param{Name: "head.bias", Shape: []int{3}})
	for _, other := range []*gpt1.Model{three, smallModel(t)} {
		require.ErrorContains(t, WriteModelAs(t.TempDir(), other, Form{Architecture: gpt1.DoubleHeadsModel}), "no head for multiple choice")
	}
}

// TestReadListsWhatIsWrong names each tensor at fault, as the file has it.
func TestReadListsWhatIsWrong(t *testing.T) {
	m := smallModel(t)
	one := func(name string, shape ...int) safetensors.Tensor {
		n := 1
		for _, d := range shape {
			n *= d
		}
		return safetensors.NewFloat32(name, shape, make([]float32, n))
	}
	for name, c := range map[string]struct {
		rename func(string) string
		more   []safetensors.Tensor
		want   []string
	}{
		"a name is missing, another is there": {
			func(s string) string { return strings.Replace(s, "h.0.ln_1.weight", "h.0.ln_9.weight", 1) }, nil,
			[]string{"2 tensors do not fit", "h.0.ln_1.weight [8] is missing", "h.0.ln_9.weight is unexpected"},
		},
		"both names of one tensor": {
			asIs,
			[]safetensors.Tensor{one("transformer.h.0.ln_1.weight", 8)},
			[]string{"transformer.h.0.ln_1.weight is there as h.0.ln_1.weight too"},
		},
		"integers": {
			func(s string) string { return strings.Replace(s, "h.1.ln_2.bias", "x", 1) },
			[]safetensors.Tensor{safetensors.NewInt32("h.1.ln_2.bias", []int{8}, make([]int32, 8))},
			[]string{"h.1.ln_2.bias has dtype I32, want F32, F16 or BF16", "x is unexpected"},
		},
		"a mask of no layer's":       {asIs, []safetensors.Tensor{one("attn.bias", 1)}, []string{"attn.bias is unexpected"}},
		"an output matrix of zeros":  {asIs, []safetensors.Tensor{one("lm_head.weight", 11, 8)}, []string{"lm_head.weight differs from tokens_embed.weight"}},
		"an output matrix too small": {asIs, []safetensors.Tensor{one("lm_head.weight", 10, 8)}, []string{"lm_head.weight is unexpected"}},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			writeFolder(t, dir, m, safetensors.F32, c.rename, c.more...)
			_, err := ReadModel(dir)
			for _, want := range append(c.want, WeightsFile) {
				require.ErrorContains(t, err, want)
			}
			require.NotContains(t, err.Error(), "\n")
		})
	}
	t.Run("very many", func(t *testing.T) {
		dir := t.TempDir()
		var more []safetensors.Tensor
		for i := range 300 {
			more = append(more, one(strings.Repeat("x", 300+i), 1))
		}
		writeFolder(t, dir, m, safetensors.F32, asIs, more...)
		_, err := ReadModel(dir)
		require.ErrorContains(t, err, "300 tensors do not fit")
		require.ErrorContains(t, err, "; and 100 more")
		require.Less(t, len(err.Error()), 50_000)
	})
	t.Run("a configuration of very many layers", func(t *testing.T) {
		dir := t.TempDir()
		require.NoError(t, WriteModel(dir, m))
		reconfigure(t, dir, func(c *gpt1.Config) { c.NLayer = 1 << 24 })
		_, err := ReadModel(dir)
		require.ErrorContains(t, err, "26 tensors cannot be the 16777216 layers that config.json asks for")
	})
	t.Run("a configuration without end", func(t *testing.T) {
		dir := t.TempDir()
		require.NoError(t, WriteModel(dir, m))
		require.NoError(t, os.WriteFile(filepath.Join(dir, ConfigFile), make([]byte, maxText+1), 0o600))
		_, err := ReadModel(dir)
		require.ErrorContains(t, err, ConfigFile)
		require.ErrorContains(t, err, "1048576")
	})
	_, err := ReadModel(t.TempDir())
	require.ErrorContains(t, err, "it must contain config.json and model.safetensors, or OpenAI's params_shapes.json and params_0.npy to params_9.npy")
}

// TestContext keeps the first rows of the positions.
func TestContext(t *testing.T) {
	m, dir := smallModel(t), t.TempDir()
	require.NoError(t, WriteModel(dir, m))
	short, err := ReadModelContext(dir, 4)
	require.NoError(t, err)
	require.Equal(t, 4, short.NCtx)
	for _, p := range m.Store.Params() {
		want := p.Value
		if p.Name == "positions_embed.weight" {
			want = want[:4*8]
		}
		require.Equal(t, want, short.Store.Param(p.Name).Value, p.Name)
	}
	for _, ctx := range []int{-1, 7} {
		_, err = ReadModelContext(dir, ctx)
		require.ErrorContains(t, err, "it must be between 1 and 6, the positions of the weights")
	}
}

// TestClassificationHead writes a head in Hugging Face's form, transposed and with its bias beside it, and reads it.
func TestClassificationHead(t *testing.T) {
	m := smallModel(t, graph.Param{Name: "head.weight", Shape: []int{8, 3}}, graph.Param{Name: "head.bias", Shape: []int{3}})
	dir := t.TempDir()
	require.NoError(t, WriteModelAs(dir, m, Form{Architecture: gpt1.ClassificationModel}))
	f, err := safetensors.Open(filepath.Join(dir, WeightsFile))
	require.NoError(t, err)
	defer f.Close()
	score, bias := make([]float32, 24), make([]float32, 3)
	require.NoError(t, f.Float32(scoreName, score))
	require.NoError(t, f.Float32(scoreBias, bias))
	for c := range 8 {
		for k := range 3 {
			require.Equal(t, m.Store.Param("head.weight").Value[c*3+k], score[k*8+c])
		}
	}
	require.Equal(t, m.Store.Param("head.bias").Value, bias)
	require.NotContains(t, f.Names(), "head.weight")
	got, err := ReadModel(dir)
	require.NoError(t, err)
	for _, p := range m.Store.Params() {
		require.Equal(t, p.Value, got.Store.Param(p.Name).Value, p.Name)
	}
}

// TestClassificationHeadsThatDoNotFit names the tensor in the words of the file.
func TestClassificationHeadsThatDoNotFit(t *testing.T) {
	for want, c := range map[string]struct{ weight, bias []int }{
		"score.weight is unexpected":     {[]int{24}, []int{3}},
		"score.bias is unexpected":       {nil, []int{3}},
		"score.weight value 5 of [8 3] ": {[]int{3, 8}, []int{3}},
	} {
		m, dir := smallModel(t), t.TempDir()
		var more []safetensors.Tensor
		if c.weight != nil {
			values := make([]float32, 24)
			values[2*8+1] = nan // row 2, column 1: value 1·3+2 of the transpose
			more = append(more, safetensors.NewFloat32(scoreName, c.weight, values))
		}
		more = append(more, safetensors.NewFloat32(scoreBias, c.bias, make([]float32, 3)))
		writeFolder(t, dir, m, safetensors.F32, prefixed, more...)
		_, err := ReadModel(dir)
		require.ErrorContains(t, err, want)
	}
}

// TestFileThatShrinks: a file that loses its end after it was opened is an error that names it, and so is one of a
// model that is being replaced.
func TestFileThatShrinks(t *testing.T) {
	m, dir := smallModel(t), t.TempDir()
	require.NoError(t, WriteModel(dir, m))
	s, err := open(dir)
	require.NoError(t, err)
	defer s.close() //nolint:errcheck // only read from
	require.NoError(t, os.Truncate(filepath.Join(dir, WeightsFile), 4000))
	_, err = s.trainable(0)
	require.ErrorContains(t, err, filepath.Join(dir, WeightsFile)+": reading tensor ")
	require.ErrorContains(t, err, "bytes too early")
}
