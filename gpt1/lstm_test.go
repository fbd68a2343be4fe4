package gpt1_test

import (
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"

	"gorgpt/gpt1"
	"gorgpt/graph"
)

// smallLSTM is a model of a few units.
func smallLSTM(t *testing.T) *gpt1.Model {
	t.Helper()
	c, err := gpt1.LSTMPreset("tiny")
	require.NoError(t, err)
	c.NEmbd, c.NUnits, c.NCtx, c.VocabSize = 12, 20, 8, 30
	m, err := gpt1.New(c)
	require.NoError(t, err)
	m.Init(3)
	return m
}

func TestLSTMPresets(t *testing.T) {
	for name, units := range map[string]int{"gpt1": 2048, "mini": 1152, "tiny": 384} {
		c, err := gpt1.LSTMPreset(name)
		require.NoError(t, err)
		require.NoError(t, c.Validate())
		require.Equal(t, units, c.NUnits)
		plain, err := gpt1.Preset(name)
		require.NoError(t, err)
		if name != "gpt1" {
			require.InEpsilon(t, plain.Len(), c.Len(), 0.06, "about as many parameters")
		}
		data, err := c.JSON()
		require.NoError(t, err)
		require.Contains(t, string(data), `"model_type": "gorgpt-lstm"`)
		again, err := gpt1.ParseConfig(data)
		require.NoError(t, err)
		require.Equal(t, c, again)
	}
	_, err := gpt1.ParseConfig([]byte(`{"n_layer":1,"n_head":1,"n_embd":8,"n_ctx":8,"vocab_size":9,"n_units":4}`))
	require.ErrorContains(t, err, "only gorgpt-lstm has units")
	_, err = gpt1.ParseConfig([]byte(`{"n_layer":1,"n_head":1,"n_embd":8,"n_ctx":8,"vocab_size":9,"n_units":4,"model_type":"gorgpt-lstm","gorgpt_mimetic_init":true}`))
	require.ErrorContains(t, err, "gorgpt_mimetic_init is true: it must be false for an LSTM", "Init has no attention to change")
	_, err = gpt1.LSTMPreset("huge")
	require.ErrorContains(t, err, `unknown preset "huge"`)
}

func TestLSTMStartsToRemember(t *testing.T) {
	m := smallLSTM(t)
	bias := m.Store.Param("lstm.bias_ih_l0").Value
	for i, b := range bias {
		want := float32(0)
		if i/m.NUnits == 1 {
			want = 1
		}
		require.Equal(t, want, b)
	}
	require.Nil(t, m.Store.Param("positions_embed.weight"))
}

// Later tokens change no earlier state, so padding on the right is harmless. The number of
// cores changes no gradient.
func TestLSTMLanguageModel(t *testing.T) {
	m := smallLSTM(t)
	m.Store.AllocateGradients()
	eval, err := m.NewLM(new(graph.Arena), 1, 8, false)
	require.NoError(t, err)
	losses := func(window ...int32) []float32 {
		eval.Fill(0, window)
		*eval.Count = 1
		_, err := eval.Run()
		require.NoError(t, err)
		return append([]float32(nil), eval.Losses.Values()...)
	}
	require.Equal(t, losses(1, 2, 3, 4)[:3], losses(1, 2, 3, 4, 9, 9, 9, 9)[:3])

	lm, err := m.NewLM(new(graph.Arena), 2, 8, true)
	require.NoError(t, err)
	for i := range 2 {
		lm.Fill(i, []int32{1, 2, 3, 4, 5, 6, 7, 8, int32(9 + i)})
	}
	*lm.Count = 16
	*lm.Random.Seed, *lm.Random.Step = 5, 1
	run := func(cores int) []float32 {
		defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(cores))
		m.Store.ClearGradients()
		_, err := lm.Run()
		require.NoError(t, err)
		var all []float32
		for _, p := range m.Store.Params() {
			all = append(all, p.Grad...)
		}
		return all
	}
	one := run(1)
	require.Equal(t, one, run(2))
	for _, p := range m.Store.Params() {
		nonzero := false
		for _, d := range p.Grad {
			nonzero = nonzero || d != 0
		}
		require.True(t, nonzero, "%s has a gradient", p.Name)
	}
}

func TestBlockOf(t *testing.T) {
	for name, want := range map[string]int{
		"h.0.attn.c_attn.weight": 0, "h.11.ln_1.bias": 11, "tokens_embed.weight": -1, "head.weight": -1, "lstm.bias_hh_l0": -1, "h.x": -1, "3.a": -1,
	} {
		require.Equal(t, want, gpt1.BlockOf(name), name)
	}
}
