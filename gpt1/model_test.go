package gpt1_test

import (
	"math"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"

	"gorgpt/gpt1"
)

func TestPresetsHaveTheirSizes(t *testing.T) {
	sizes := map[string]int{"gpt1": 116_534_784, "mini": 10_101_120, "tiny": 1_333_760}
	require.Len(t, gpt1.PresetNames(), len(sizes))
	for name, want := range sizes {
		c, err := gpt1.Preset(name)
		require.NoError(t, err)
		n := 0
		for _, p := range c.Params() {
			size := 1
			for _, d := range p.Shape {
				size *= d
			}
			n += size
		}
		require.Equal(t, want, n, name)
	}
}

func TestInit(t *testing.T) {
	weights := func(procs int) *gpt1.Model {
		defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(procs))
		c, err := gpt1.Preset("tiny")
		require.NoError(t, err)
		m, err := gpt1.New(c)
		require.NoError(t, err)
		m.Init(3)
		return m
	}
	m := weights(1)
	for _, p := range weights(4).Store.Params() {
		require.Equal(t, m.Store.Param(p.Name).Value, p.Value, "the same on any number of cores: %s", p.Name)
	}
	sum, squares := 0.0, 0.0
	embed := m.Store.Param("tokens_embed.weight").Value
	for _, v := range embed {
		sum += float64(v)
		squares += float64(v) * float64(v)
	}
	n := float64(len(embed))
	want := float64(m.InitRange)
	require.InDelta(t, 0, sum/n, 4*want/math.Sqrt(n), "mean")
	require.InDelta(t, want, math.Sqrt(squares/n), 4*want/math.Sqrt(2*n), "deviation")
	for _, v := range m.Store.Param("h.2.ln_1.weight").Value {
		require.Equal(t, float32(1), v)
	}
	for _, v := range m.Store.Param("h.2.ln_1.bias").Value {
		require.Zero(t, v)
	}
}

func TestConfigRoundTrip(t *testing.T) {
	c, err := gpt1.Preset("mini")
	require.NoError(t, err)
	data, err := c.JSON()
	require.NoError(t, err)
	back, err := gpt1.ParseConfig(data)
	require.NoError(t, err)
	require.Equal(t, c, back)
	isInt8, err := gpt1.IsInt8(data)
	require.NoError(t, err)
	require.False(t, isInt8)

	data, err = c.JSONAs(gpt1.Form{Architecture: gpt1.LMHeadModel, DType: "int8"})
	require.NoError(t, err)
	back, err = gpt1.ParseConfig(data)
	require.NoError(t, err)
	require.Equal(t, c, back)
	isInt8, err = gpt1.IsInt8(data)
	require.NoError(t, err)
	require.True(t, isInt8)
}

func TestParseConfigRefusesOtherModels(t *testing.T) {
	cases := map[string]struct{ json, want string }{
		"not JSON":      {`{`, "config.json"},
		"GPT-2":         {`{"model_type":"gpt2","n_layer":1}`, `model_type is "gpt2", not openai-gpt`},
		"activation":    {`{"afn":"relu"}`, `afn is "relu", not gelu`},
		"no layers":     {`{"n_head":2,"n_embd":4,"n_ctx":8,"vocab_size":9}`, "n_layer is 0: it must be 1 to"},
		"heads":         {`{"n_layer":1,"n_head":3,"n_embd":4,"n_ctx":8,"vocab_size":9}`, "n_embd 4 is not a multiple of n_head 3"},
		"positions":     {`{"n_layer":1,"n_head":2,"n_embd":4,"n_ctx":8,"n_positions":9,"vocab_size":9}`, "n_positions 9 and n_ctx 8 differ"},
		"huge":          {`{"n_layer":1,"n_head":2,"n_embd":4000000000,"n_ctx":8,"vocab_size":9}`, "n_embd is 4000000000"},
		"dropout of 1":  {`{"n_layer":1,"n_head":2,"n_embd":4,"n_ctx":8,"vocab_size":9,"attn_pdrop":1}`, "a dropout probability is 1"},
		"layer norm ε":  {`{"n_layer":1,"n_head":2,"n_embd":4,"n_ctx":8,"vocab_size":9,"layer_norm_epsilon":0}`, "layer_norm_epsilon is 0"},
		"string number": {`{"n_layer":"1"}`, "config.json"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			_, err := gpt1.ParseConfig([]byte(c.json))
			require.ErrorContains(t, err, c.want)
		})
	}
}

func FuzzParseConfig(f *testing.F) {
	c, err := gpt1.Preset("tiny")
	require.NoError(f, err)
	data, err := c.JSON()
	require.NoError(f, err)
	f.Add(data)
	f.Add([]byte(`{"n_layer":1e9}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		if c, err := gpt1.ParseConfig(data); err == nil {
			require.NoError(t, c.Validate())
		}
		_, _ = gpt1.IsInt8(data) // must not panic
	})
}

// Positions are sinusoids, and attention nearly copies the token that it attends to.
func TestMimeticInit(t *testing.T) {
	c := gpt1.Config{NLayer: 2, NHead: 2, NEmbd: 64, NCtx: 16, VocabSize: 10, LayerNormEps: 1e-5, InitRange: 0.04, Mimetic: true}
	m, err := gpt1.New(c)
	require.NoError(t, err)
	m.Init(1)
	positions := m.Embed.Positions.Value
	dot := func(a, b int) (sum float64) {
		for i := range c.NEmbd {
			sum += float64(positions[a*c.NEmbd+i] * positions[b*c.NEmbd+i])
		}
		return sum
	}
	for at := range c.NCtx - 3 {
		require.InDelta(t, dot(0, 3), dot(at, at+3), 1e-6, "a distance is the same everywhere")
	}
	for _, b := range m.Blocks {
		qkv, proj := b.Attn.QKV.W.Value, b.Attn.Proj.W.Value
		var on, off float64
		for i := range c.NEmbd {
			for j := range c.NEmbd {
				var sum float64 // (W_V·W_proj)[i j]
				for k := range c.NEmbd {
					sum += float64(qkv[i*3*c.NEmbd+2*c.NEmbd+k] * proj[k*c.NEmbd+j])
				}
				if i == j {
					on += sum / float64(c.NEmbd)
				} else {
					off += math.Abs(sum) / float64(c.NEmbd*(c.NEmbd-1))
				}
			}
		}
		require.Greater(t, on, 5*off)
	}
	plain, err := gpt1.New(c)
	require.NoError(t, err)
	plain.Mimetic = false
	plain.Init(1)
	require.Equal(t, plain.Embed.Tokens.Value, m.Embed.Tokens.Value, "the rest is drawn as ever")
}
