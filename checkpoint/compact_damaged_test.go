package checkpoint

import (
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pkg/errors"
	"github.com/stretchr/testify/require"

	"gorgpt/checkpoint/safetensors"
	"gorgpt/gpt1"
	"gorgpt/graph"
	"gorgpt/internal/atomicfile"
)

// TestDamagedInt8 writes the tensors of an int8 model with one of them spoilt.
func TestDamagedInt8(t *testing.T) {
	const weight, scale = "h.1.mlp.c_fc.weight", "h.1.mlp.c_fc.weight.scale" // [40 160] and [40 5]
	_, m := int8Folder(t)
	q, scales := m.Store.Param(weight).Compact().Int8()
	config, err := m.JSONAs(gpt1.Form{DType: "int8"})
	require.NoError(t, err)
	with := func(i int, v float32) *safetensors.Tensor {
		spoilt := append([]float32(nil), scales...)
		spoilt[i] = v
		tensor := safetensors.NewFloat32(scale, []int{40, 5}, spoilt)
		return &tensor
	}
	tensor := func(t safetensors.Tensor, err error) *safetensors.Tensor {
		if err != nil {
			panic(err)
		}
		return &t
	}
	inf := float32(math.Inf(1))
	floats := make([]float32, 40*160)
	for want, c := range map[string]struct {
		name   string
		become *safetensors.Tensor // in place of the tensor of that name; nil: without it
		config string              // in place of config.json
	}{
		weight + " has no scales: " + scale + " is missing":                  {name: scale},
		weight + " has scales F32 [40 4], want F32 [40 5]":                   {name: scale, become: tensor(safetensors.NewFloat32(scale, []int{40, 4}, scales[:160]), nil)},
		weight + " has scales F32 [200], want F32 [40 5]":                    {name: scale, become: tensor(safetensors.NewFloat32(scale, []int{200}, scales), nil)},
		weight + " has scales F16 [40 5], want F32 [40 5]":                   {name: scale, become: tensor(safetensors.NewFloats(safetensors.F16, scale, []int{40, 5}, scales))},
		weight + " has dtype F32, but config.json says that it is int8":      {name: weight, become: tensor(safetensors.NewFloat32(weight, []int{40, 160}, floats), nil)},
		weight + " [40 160] is missing":                                      {name: weight},
		scale + " is unexpected":                                             {name: weight},
		weight + " has shape [160 40], config.json implies [40 160]":         {name: weight, become: tensor(safetensors.NewInt8(weight, []int{160, 40}, q), nil)},
		"h.0.ln_1.bias has dtype I8, want F32, F16 or BF16":                  {name: "h.0.ln_1.bias", become: tensor(safetensors.NewInt8("h.0.ln_1.bias", []int{40}, q[:40]), nil)},
		"head.weight has dtype I8, want F32, F16 or BF16":                    {name: "head.weight", become: tensor(safetensors.NewInt8("head.weight", []int{40, 3}, q[:120]), nil)},
		scale + " value 7 of [40 5] is NaN: scales must be finite":           {name: scale, become: with(7, nan)},
		scale + " value 8 of [40 5] is +Inf: scales must be finite":          {name: scale, become: with(8, inf)},
		scale + " value 9 of [40 5] is -0.5: scales must be finite":          {name: scale, become: with(9, -0.5)},
		scale + " value 199 of [40 5] is 3e+38: scales must be finite":       {name: scale, become: with(199, 3e38)}, // times 2 is infinite
		weight + " has dtype I8, but config.json does not say what it means": {config: strings.Replace(strings.Replace(string(config), "quantization_config", "other", 1), `"gorgpt-int8"`, `"openai-gpt"`, 1)},
		"model_type is gorgpt-int8, but quantization_config is missing":      {config: strings.Replace(string(config), "quantization_config", "other", 1)},
		`model_type is "openai-gpt" and quant_method is "bitsandbytes"`:      {config: strings.NewReplacer(`"model_type": "gorgpt-int8"`, `"model_type": "openai-gpt"`, "gorgpt-int8", "bitsandbytes").Replace(string(config))},
		`model_type is "openai-gpt" and quant_method is "gorgpt-int8"`:       {config: strings.Replace(string(config), "gorgpt-int8", "openai-gpt", 1)},
		"group_size is 64, not 32":                                           {config: strings.Replace(string(config), `"group_size": 32`, `"group_size": 64`, 1)},
	} {
		t.Run(want, func(t *testing.T) {
			dir := t.TempDir()
			all, err := Form{DType: safetensors.I8}.tensors(m.Store)
			require.NoError(t, err)
			var tensors []safetensors.Tensor
			for _, x := range all {
				switch {
				case c.name == "" || x.Name() != c.name:
					tensors = append(tensors, x)
				case c.become != nil:
					tensors = append(tensors, *c.become)
				}
			}
			if c.config == "" {
				c.config = string(config)
			}
			require.NoError(t, os.WriteFile(filepath.Join(dir, ConfigFile), []byte(c.config), 0o600))
			require.NoError(t, atomicfile.Write(filepath.Join(dir, WeightsFile), func(w io.Writer) error { return safetensors.Write(w, tensors, nil) }))
			for _, d := range []graph.Dtype{"", graph.Float32, graph.BFloat16} {
				_, err = readAs(dir, d)
				require.ErrorContains(t, err, want, d)
				require.ErrorContains(t, err, dir)
			}
		})
	}
}

// TestConvertedWeightsMustBeFinite covers what float32 and bfloat16 files can have.
func TestConvertedWeightsMustBeFinite(t *testing.T) {
	for _, c := range []struct {
		file  safetensors.DType
		as    graph.Dtype
		value float32
		want  string
	}{
		{safetensors.F32, graph.Int8, nan, "value 41 of [40 160] is NaN: weights must be finite"},
		{safetensors.F32, graph.BFloat16, nan, "value 41 of [40 160] is NaN: weights must be finite"},
		{safetensors.BF16, graph.BFloat16, inf, "value 41 of [40 160] is +Inf: weights must be finite"},
		{safetensors.BF16, graph.Int8, inf, "value 41 of [40 160] is +Inf: weights must be finite"},
		{safetensors.F32, graph.BFloat16, math.MaxFloat32, "value 41 of [40 160] is beyond the range of bfloat16"},
	} {
		m, dir := oddModel(t), t.TempDir()
		m.Store.Param("h.1.mlp.c_fc.weight").Value[41] = c.value
		require.NoError(t, WriteModelAs(dir, m, Form{DType: c.file}))
		_, err := readAs(dir, c.as)
		require.ErrorContains(t, err, filepath.Join(dir, WeightsFile)+": h.1.mlp.c_fc.weight "+c.want)
	}
}

// FuzzInt8Folder changes a byte of an int8 model's file: it is read, or the error is one of a line.
func FuzzInt8Folder(f *testing.F) {
	m, err := gpt1.New(gpt1.Config{NLayer: 1, NHead: 1, NEmbd: 4, NCtx: 2, VocabSize: 3, LayerNormEps: 1e-5, InitRange: 0.3})
	require.NoError(f, err)
	m.Init(1)
	require.NoError(f, m.Compact(graph.Int8))
	dir := f.TempDir()
	require.NoError(f, WriteModelAs(dir, m, Form{DType: safetensors.I8}))
	whole, err := os.ReadFile(filepath.Join(dir, WeightsFile))
	require.NoError(f, err)
	f.Add(uint16(len(whole)-1), byte(1))
	f.Add(uint16(20), byte('x'))
	f.Fuzz(func(t *testing.T, at uint16, by byte) {
		data := append([]byte(nil), whole...)
		data[int(at)%len(data)] ^= by
		require.NoError(t, os.WriteFile(filepath.Join(dir, WeightsFile), data, 0o600))
		for _, d := range []graph.Dtype{"", graph.Float32} {
			m, err := readAs(dir, d)
			if err != nil {
				require.NotContains(t, err.Error(), "\n")
				require.False(t, errors.Is(err, os.ErrNotExist))
				continue
			}
			for _, p := range m.Store.Params() {
				require.Negative(t, firstNotFinite(p.Value))
				if c := p.Compact(); c != nil {
					row := make([]float32, p.Shape[1])
					for i := range p.Shape[0] {
						c.Row(i, row)
						require.Negative(t, firstNotFinite(row))
					}
				}
			}
		}
	})
}
