package checkpoint

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"gorgpt/checkpoint/safetensors"
	"gorgpt/gpt1"
	"gorgpt/graph"
	"gorgpt/heads"
)

// oddModel is a model with a head, whose rows are no multiples of the weights that share a scale.
func oddModel(t *testing.T) *gpt1.Model {
	t.Helper()
	c := gpt1.Config{NLayer: 2, NHead: 2, NEmbd: 40, NCtx: 6, VocabSize: 71, LayerNormEps: 1e-5, InitRange: 0.3}
	m, err := gpt1.New(c, heads.Params(40, 3)...)
	require.NoError(t, err)
	m.Init(5)
	return m
}

// readAs reads a folder without a tokenizer.
func readAs(dir string, d graph.Dtype) (*gpt1.Model, error) {
	s, err := open(dir)
	if err != nil {
		return nil, err
	}
	defer s.close() //nolint:errcheck // only read from
	if d == "" {
		d = s.held()
	}
	return s.model(0, d)
}

// int8Folder is the folder of a model in int8, and the model.
func int8Folder(t *testing.T) (string, *gpt1.Model) {
	t.Helper()
	m, dir := oddModel(t), t.TempDir()
	require.NoError(t, m.Compact(graph.Int8))
	require.NoError(t, WriteModelAs(dir, m, Form{DType: safetensors.I8}))
	return dir, m
}

// TestInt8Folder pins names, types and shapes of the tensors, as docs/inference.md has them.
func TestInt8Folder(t *testing.T) {
	dir, m := int8Folder(t)
	f, err := safetensors.Open(filepath.Join(dir, WeightsFile))
	require.NoError(t, err)
	defer f.Close()
	type entry struct {
		dtype safetensors.DType
		shape []int
	}
	want := map[string]entry{}
	for _, p := range m.Store.Params() {
		want[p.Name] = entry{safetensors.F32, p.Shape}
	}
	for name, shape := range map[string][]int{
		"tokens_embed.weight":    {71, 40},
		"h.0.attn.c_attn.weight": {40, 120}, "h.0.attn.c_proj.weight": {40, 40}, "h.0.mlp.c_fc.weight": {40, 160}, "h.0.mlp.c_proj.weight": {160, 40},
		"h.1.attn.c_attn.weight": {40, 120}, "h.1.attn.c_proj.weight": {40, 40}, "h.1.mlp.c_fc.weight": {40, 160}, "h.1.mlp.c_proj.weight": {160, 40},
	} {
		want[name] = entry{safetensors.I8, shape}
		want[name+".scale"] = entry{safetensors.F32, []int{shape[0], (shape[1] + 31) / 32}}
	}
	require.Len(t, f.Names(), len(want))
	for _, name := range f.Names() {
		info, _ := f.Info(name)
		require.Equal(t, want[name], entry{info.DType, info.Shape}, name)
	}
	config, err := os.ReadFile(filepath.Join(dir, ConfigFile))
	require.NoError(t, err)
	require.NotContains(t, string(config), "architectures")
	require.Contains(t, string(config), `"model_type": "gorgpt-int8",
  "n_positions": 6,
  "torch_dtype": "float32",
  "quantization_config": {
    "quant_method": "gorgpt-int8",
    "group_size": 32
  }`)

	// What a weight is worth: its integer times its scale.
	q, scales, row := make([]int8, 40*120), make([]float32, 40*4), make([]float32, 120)
	require.NoError(t, f.Int8At("h.1.attn.c_attn.weight", q, 0))
	require.NoError(t, f.Float32("h.1.attn.c_attn.weight.scale", scales))
	read, err := readAs(dir, graph.Float32)
	require.NoError(t, err)
	values := read.Store.Param("h.1.attn.c_attn.weight").Value
	for i := range 40 {
		m.Store.Param("h.1.attn.c_attn.weight").Compact().Row(i, row)
		for j, v := range row {
			require.Equal(t, scales[i*4+j/32]*float32(q[i*120+j]), v)
			require.Equal(t, v, values[i*120+j])
		}
	}
}

// digest is a checksum of the values that all parameters stand for, in the order of their names: a
// head that is read has another place in the store.
func digest(m *gpt1.Model) string {
	h := sha256.New()
	for _, p := range slices.SortedFunc(slices.Values(m.Store.Params()), func(p, q *graph.Param) int { return strings.Compare(p.Name, q.Name) }) {
		h.Write([]byte(p.Name))
		_ = binary.Write(h, binary.LittleEndian, rows(p)) // never fails
	}
	return hex.EncodeToString(h.Sum(nil))
}

// rows is the values that a matrix stands for.
func rows(p *graph.Param) []float32 {
	c := p.Compact()
	if c == nil {
		return p.Value
	}
	all := make([]float32, p.Shape[0]*p.Shape[1])
	for i := range p.Shape[0] {
		c.Row(i, all[i*p.Shape[1]:(i+1)*p.Shape[1]])
	}
	return all
}

// TestTypesInFilesAndInMemory reads each type as each type.
func TestTypesInFilesAndInMemory(t *testing.T) {
	rounded := func(d graph.Dtype) string {
		m := oddModel(t)
		require.NoError(t, m.Compact(d))
		return digest(m)
	}
	same, brain, int8s := rounded(graph.Float32), rounded(graph.BFloat16), rounded(graph.Int8)
	var half string // what float16 keeps of it
	for _, c := range []struct {
		file safetensors.DType
		as   graph.Dtype
		in   graph.Dtype
		want *string
	}{
		{safetensors.F32, "", graph.Float32, &same},
		{safetensors.F32, graph.BFloat16, graph.BFloat16, &brain},
		{safetensors.F32, graph.Int8, graph.Int8, &int8s},
		{safetensors.F16, "", graph.Float32, &half},
		{safetensors.F16, graph.Float32, graph.Float32, &half},
		{safetensors.I8, "", graph.Int8, &int8s},
		{safetensors.I8, graph.Int8, graph.Int8, &int8s},
		{safetensors.I8, graph.Float32, graph.Float32, &int8s},
	} {
		m, dir := oddModel(t), t.TempDir()
		if c.file == safetensors.I8 {
			require.NoError(t, m.Compact(graph.Int8))
		}
		require.NoError(t, WriteModelAs(dir, m, Form{DType: c.file}))
		got, err := readAs(dir, c.as)
		require.NoError(t, err)
		require.Equal(t, c.in, got.Store.Dtype(), "%s as %q", c.file, c.as)
		if *c.want == "" {
			*c.want = digest(got)
		}
		require.Equal(t, *c.want, digest(got), "%s as %q", c.file, c.as)
	}

	// In a file of bfloat16 all tensors are, so its values are not those of rounded.
	m, dir := oddModel(t), t.TempDir()
	require.NoError(t, WriteModelAs(dir, m, Form{DType: safetensors.BF16}))
	wide, err := readAs(dir, graph.Float32)
	require.NoError(t, err)
	narrow, err := readAs(dir, "")
	require.NoError(t, err)
	require.Equal(t, graph.BFloat16, narrow.Store.Dtype())
	require.Equal(t, digest(wide), digest(narrow))
	smaller, err := readAs(dir, graph.Int8)
	require.NoError(t, err)
	require.NoError(t, wide.Compact(graph.Int8))
	require.Equal(t, digest(wide), digest(smaller))
}

// TestInt8IsNotTrained covers the readers whose models may be trained, and what Notes says to others.
func TestInt8IsNotTrained(t *testing.T) {
	dir, _ := int8Folder(t)
	_, err := ReadModel(dir)
	require.ErrorContains(t, err, filepath.Join(dir, WeightsFile)+": the weights are int8, which cannot be trained: use the model that was converted")
	m, err := readAs(dir, graph.Int8)
	require.NoError(t, err)
	require.EqualError(t, WriteModel(t.TempDir(), m), "a model in int8 cannot be written as F32: read it in float32")
	require.EqualError(t, WriteModelAs(t.TempDir(), oddModel(t), Form{DType: safetensors.I8}), "a model in float32 cannot be written as I8: read it in int8")
}

func TestLSTMIsFloat32(t *testing.T) {
	m, err := gpt1.New(gpt1.Config{NLayer: 1, NHead: 1, NUnits: 4, NEmbd: 4, NCtx: 8, VocabSize: 9, LayerNormEps: 1e-5, InitRange: 0.1})
	require.NoError(t, err)
	dir := t.TempDir()
	require.NoError(t, WriteModelAs(dir, m, Form{DType: safetensors.BF16}))
	read, err := readAs(dir, "")
	require.NoError(t, err)
	require.Equal(t, graph.Float32, read.Store.Dtype())
	_, err = readAs(dir, graph.Int8)
	require.ErrorIs(t, err, gpt1.ErrCompactLSTM)
	require.ErrorContains(t, err, dir)
}

// TestInt8InShards puts weights and their scales into different files, under Hugging Face's names.
func TestInt8InShards(t *testing.T) {
	dir, m := int8Folder(t)
	tensors, err := Form{DType: safetensors.I8}.tensors(m.Store)
	require.NoError(t, err)
	f, err := safetensors.Open(filepath.Join(dir, WeightsFile))
	require.NoError(t, err)
	index := map[string]string{}
	files := map[string][]safetensors.Tensor{}
	for i, name := range f.Names() {
		info, _ := f.Info(name)
		file := []string{"a.safetensors", "b.safetensors"}[i%2]
		var copied safetensors.Tensor
		if info.DType == safetensors.I8 {
			q := make([]int8, info.Len())
			require.NoError(t, f.Int8At(name, q, 0))
			copied = safetensors.NewInt8(prefixed(name), info.Shape, q)
		} else {
			values := make([]float32, info.Len())
			require.NoError(t, f.Float32(name, values))
			copied = safetensors.NewFloat32(prefixed(name), info.Shape, values)
		}
		index[prefixed(name)], files[file] = file, append(files[file], copied)
	}
	require.NoError(t, f.Close())
	require.Len(t, index, len(tensors))
	require.NotEqual(t, index[prefixed("h.0.mlp.c_fc.weight")], index[prefixed("h.0.mlp.c_fc.weight.scale")])
	require.NoError(t, os.Remove(filepath.Join(dir, WeightsFile)))
	for file, tensors := range files {
		writeShard(t, filepath.Join(dir, file), tensors)
	}
	writeIndex(t, dir, index)
	got, err := readAs(dir, "")
	require.NoError(t, err)
	require.Equal(t, digest(m), digest(got))
}
